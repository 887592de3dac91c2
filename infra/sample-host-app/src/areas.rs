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
    pub lead: &'static str,
    /// Label of the form's field.
    pub field: &'static str,
    /// Label of the optional second field.
    pub detail: Option<&'static str>,
    /// Label of the form's button.
    pub button: &'static str,
    /// Text of an empty list.
    pub empty: &'static str,
    /// Whether the page shows only the newest entry, as the value of a setting.
    pub is_setting: bool,
}

pub(super) const AREAS: [Area; 6] = [
    Area {
        path: "/projects",
        event: "project.created",
        title: "Projects",
        lead: "Hours, budgets, and reports in one place.",
        field: "Project name",
        detail: Some("Client"),
        button: "Create project",
        empty: "No projects yet. Give your first one a name.",
        is_setting: false,
    },
    Area {
        path: "/time",
        event: "time_entry.created",
        title: "Time",
        lead: "What your team worked on, newest first.",
        field: "What did you work on?",
        detail: Some("Hours"),
        button: "Log time",
        empty: "No time logged yet. One entry is enough to start.",
        is_setting: false,
    },
    Area {
        path: "/clients",
        event: "client.created",
        title: "Clients",
        lead: "The companies that you work for.",
        field: "Client name",
        detail: Some("Contact"),
        button: "Add client",
        empty: "No clients yet. Add the first one you bill.",
        is_setting: false,
    },
    Area {
        path: "/reports",
        event: "report.generated",
        title: "Reports",
        lead: "Totals by project, client, or person.",
        field: "Report name",
        detail: Some("Period"),
        button: "Create report",
        empty: "No reports yet. Name what you want to see.",
        is_setting: false,
    },
    Area {
        path: "/settings/hours",
        event: "working_hours.set",
        title: "Working hours",
        lead: "The hours that overtime is counted from.",
        field: "Hours per week",
        detail: None,
        button: "Save hours",
        empty: "No working hours set yet.",
        is_setting: true,
    },
    Area {
        path: "/settings",
        event: "settings.updated",
        title: "Settings",
        lead: "They apply to your whole organization.",
        field: "Currency",
        detail: None,
        button: "Save settings",
        empty: "Nothing changed yet. All settings have their defaults.",
        is_setting: true,
    },
];

impl Area {
    /// Returns the area whose page has the given path.
    pub(super) fn at(path: &str) -> Option<&'static Self> {
        AREAS.iter().find(|area| area.path == path)
    }
}

/// An entry of a list, or the value of a setting.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub name: String,
    /// Value of the second field, which can be empty.
    pub detail: String,
    /// Name of the user who added it.
    pub by: String,
}

/// The entries of all organizations.
#[derive(Debug, Default)]
pub(super) struct Entries(BTreeMap<(String, &'static str), Vec<Entry>>);

impl Entries {
    /// Returns the entries of an organization, from the newest to the oldest.
    pub(super) fn of(&self, organization: &str, area: &Area) -> Vec<Entry> {
        let entries = self.0.get(&(organization.to_owned(), area.path));
        entries.into_iter().flatten().rev().cloned().collect()
    }

    /// Adds an entry with a valid name.
    pub(super) fn add(&mut self, organization: &str, area: &Area, entry: Entry) {
        self.0.entry((organization.to_owned(), area.path)).or_default().push(entry);
    }
}

/// Returns whether an entry can have this name and this detail.
pub(super) fn is_valid(name: &str, detail: &str) -> bool {
    (1..=MAX_LENGTH).contains(&name.trim().chars().count()) && detail.chars().count() <= MAX_LENGTH
}
