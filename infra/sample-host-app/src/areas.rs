//! The parts of the sample product. Each has a page with a list of entries and a form that adds one.
//! The first entry completes a checklist task in Onramp.

use std::collections::BTreeMap;

/// Maximum length of an entry, in characters.
const MAX_LENGTH: usize = 100;

/// A part of the product.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Area {
    /// Path of its page. Onramp's built-in tasks link to it.
    pub path: &'static str,
    /// Type of the event that a new entry sends to Onramp.
    pub event: &'static str,
    pub title: &'static str,
    /// Label of the form's field.
    pub field: &'static str,
    /// Label of the form's button.
    pub button: &'static str,
    /// Text of an empty list.
    pub empty: &'static str,
}

pub(super) const AREAS: [Area; 6] = [
    Area {
        path: "/projects",
        event: "project.created",
        title: "Projects",
        field: "Project name",
        button: "Create project",
        empty: "No projects yet. Give your first one a name.",
    },
    Area {
        path: "/time",
        event: "time_entry.created",
        title: "Time",
        field: "What did you work on?",
        button: "Log time",
        empty: "No time logged yet. One entry is enough to start.",
    },
    Area {
        path: "/clients",
        event: "client.created",
        title: "Clients",
        field: "Client name",
        button: "Add client",
        empty: "No clients yet. Add the first one you bill.",
    },
    Area {
        path: "/reports",
        event: "report.generated",
        title: "Reports",
        field: "Report name",
        button: "Create report",
        empty: "No reports yet. Name what you want to see.",
    },
    Area {
        path: "/settings/hours",
        event: "working_hours.set",
        title: "Working hours",
        field: "Hours per week",
        button: "Save hours",
        empty: "No working hours set yet.",
    },
    Area {
        path: "/settings",
        event: "settings.updated",
        title: "Settings",
        field: "Currency",
        button: "Save settings",
        empty: "Nothing changed yet. All settings have their defaults.",
    },
];

impl Area {
    /// Returns the area whose page has the given path.
    pub(super) fn at(path: &str) -> Option<&'static Self> {
        AREAS.iter().find(|area| area.path == path)
    }
}

/// The entries of all organizations.
#[derive(Debug, Default)]
pub(super) struct Entries(BTreeMap<(String, &'static str), Vec<String>>);

impl Entries {
    /// Returns the entries of an organization, from the newest to the oldest.
    pub(super) fn of(&self, organization: &str, area: &Area) -> Vec<String> {
        let entries = self.0.get(&(organization.to_owned(), area.path));
        entries.into_iter().flatten().rev().cloned().collect()
    }

    /// Adds an entry with a valid name.
    pub(super) fn add(&mut self, organization: &str, area: &Area, name: &str) {
        let entries = self.0.entry((organization.to_owned(), area.path)).or_default();
        entries.push(name.trim().to_owned());
    }
}

/// Returns whether an entry can have this name.
pub(super) fn is_valid(name: &str) -> bool {
    (1..=MAX_LENGTH).contains(&name.trim().chars().count())
}
