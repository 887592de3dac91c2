//! Checklist definitions. The build script reads and validates the files in
//! `infra/content/checklists`.

use std::collections::BTreeSet;

use super::{Action, Category, CompletionTrigger, Condition, Task, TaskTarget, UrgencyBoost};
use crate::billing::Plan;

include!(concat!(env!("OUT_DIR"), "/definitions.rs"));

/// A checklist definition: its industries, tasks, and milestones.
#[derive(Debug, PartialEq, Eq)]
pub struct Definition {
    /// Key of the definition, which is the name of its file.
    pub key: &'static str,
    /// Version number for people who read the file. The code does not use it.
    pub version: u32,
    /// Industries whose organizations get this definition.
    pub industries: &'static [Industry],
    /// Tasks in order of priority.
    pub tasks: &'static [Task],
    /// Milestones in the order of the file.
    pub milestones: &'static [Milestone],
}

/// Industry of an organization, chosen at sign-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Industry {
    /// Key in forms and stored items.
    pub key: &'static str,
    /// Title in the sign-up form.
    pub title: &'static str,
}

/// An achievement that the checklist shows as a badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// Key in JSON responses.
    pub key: &'static str,
    /// Title of the badge.
    pub title: &'static str,
    /// One sentence that says what was achieved.
    pub text: &'static str,
    /// A single emoji, shown on the badge.
    pub icon: &'static str,
    /// Condition under which the milestone is reached.
    pub rule: MilestoneRule,
}

/// Condition under which a milestone is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MilestoneRule {
    /// The number of tasks that must be completed, of any kind.
    Count(usize),
    /// The keys of the tasks that must all be completed.
    Tasks(&'static [&'static str]),
}

impl Definition {
    /// Returns the definition with that key.
    #[must_use]
    pub fn find(key: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|definition| definition.key == key)
    }

    /// Returns the tasks that a trigger completes.
    pub fn completed_by(&self, trigger: CompletionTrigger<'_>) -> impl Iterator<Item = &'static Task> {
        self.tasks.iter().filter(move |task| task.completed_by.contains(&trigger))
    }
}

/// The definitions that a deployment offers at sign-up.
///
/// An organization gets the first definition in this list that contains its industry. If none
/// contains it, the organization gets the first definition in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered(Vec<&'static Definition>);

impl Offered {
    /// Parses keys that are separated by commas; `None` if a key is unknown or the list is empty.
    #[must_use]
    pub fn parse(keys: &str) -> Option<Self> {
        keys.split(',').map(|key| Definition::find(key.trim())).collect::<Option<Vec<_>>>().map(Self)
    }

    /// Returns the industries of the sign-up form. If several definitions contain an industry, only
    /// the first of them counts. It gives the title, and its checklist is used for organizations of
    /// that industry.
    pub fn industries(&self) -> impl Iterator<Item = &'static Industry> {
        let mut named = BTreeSet::new();
        self.0
            .iter()
            .flat_map(|definition| definition.industries)
            .filter(move |industry| named.insert(industry.key))
    }

    /// Returns the definition for an organization of that industry.
    #[must_use]
    pub fn of(&self, industry: Option<&str>) -> &'static Definition {
        let named = |it: &&&Definition| it.industries.iter().any(|known| Some(known.key) == industry);
        self.0.iter().find(named).or(self.0.first()).copied().unwrap_or(&BUILT_IN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_in_order_and_keys_are_unique() {
        for definition in ALL {
            for (index, task) in definition.tasks.iter().enumerate() {
                assert_eq!(usize::from(task.priority), index + 1);
                assert_eq!(definition.tasks.iter().find(|it| it.key == task.key), Some(task));
            }
        }
    }

    #[test]
    fn industry_selects_the_definition_with_the_first_as_default() {
        let offered = Offered::parse("built-in, agency").unwrap();
        assert_eq!(offered.of(Some("agency")).key, "agency");
        assert_eq!(offered.of(Some("bakery")).key, "built-in");
        assert_eq!(offered.of(None).key, "built-in");
        assert_eq!(Offered::parse("agency").unwrap().of(None).key, "agency");
        assert_eq!(offered.industries().map(|it| it.key).collect::<Vec<_>>(), ["agency"]);
        for invalid in ["", "built-in,", "built-in,nonsense"] {
            assert_eq!(Offered::parse(invalid), None, "{invalid}");
        }
    }

    /// `STUDIOS` is like a definition that extends the definition `agency` and inherits its
    /// industry.
    #[test]
    fn industry_in_two_definitions_is_offered_once() {
        static STUDIOS: Definition = Definition {
            key: "studios",
            version: 1,
            industries: &[
                Industry { key: "agency", title: "Studio" },
                Industry { key: "film", title: "Film" },
            ],
            tasks: &[],
            milestones: &[],
        };
        let offered = Offered(vec![&BUILT_IN, Definition::find("agency").unwrap(), &STUDIOS]);
        let listed: Vec<_> = offered.industries().map(|it| (it.key, it.title)).collect();
        assert_eq!(listed, [("agency", "Agency or studio"), ("film", "Film")]);
        assert_eq!([offered.of(Some("agency")).key, offered.of(Some("film")).key], ["agency", "studios"]);
    }

    /// The product documents these eight tasks with key, order, title, category, and icon.
    #[test]
    fn built_in_checklist_has_the_eight_documented_tasks() {
        let tasks: Vec<_> = BUILT_IN
            .tasks
            .iter()
            .map(|task| (task.priority, task.key, task.title, task.category.key, task.icon))
            .collect();
        assert_eq!(
            tasks,
            [
                (1, "invited_team_member", "Invite team member", "team", "🤝"),
                (2, "created_project", "Create project", "setup", "📁"),
                (3, "created_time_entry", "Log first time entry", "usage", "⏱️"),
                (4, "set_working_hours", "Set working hours", "setup", "📅"),
                (5, "created_client", "Add client", "setup", "🏢"),
                (6, "customized_settings", "Customize settings", "setup", "⚙️"),
                (7, "added_billing_info", "Add billing info", "billing", "💳"),
                (8, "generated_report", "Generate report", "usage", "📊"),
            ]
        );
    }
}
