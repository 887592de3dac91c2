//! What checklists there are. Each is a file in `shared/checklists/definitions` that this crate's build reads and judges.

use std::collections::BTreeSet;

use crate::{
    plan::Plan,
    task::{Action, Category, CompletionTrigger, Condition, Task, TaskTarget, UrgencyBoost},
};

include!(concat!(env!("OUT_DIR"), "/definitions.rs"));

/// A checklist as its owner wrote it.
#[derive(Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its file's name.
    pub key: &'static str,
    /// Raised by whoever changes the file; nothing depends on it but people who compare.
    pub version: u32,
    /// The industries whose organizations get it.
    pub industries: &'static [Industry],
    /// Its tasks, in the order of work.
    pub tasks: &'static [Task],
    /// What can be reached with them.
    pub milestones: &'static [Milestone],
}

/// What an organization does, as its founder says at the sign-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Industry {
    /// Its name in forms and stored items.
    pub key: &'static str,
    /// What people read.
    pub title: &'static str,
}

/// Something reached on the way, shown as a badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// Its name in answers.
    pub key: &'static str,
    /// What people read.
    pub title: &'static str,
    /// What was done for it, in one sentence.
    pub text: &'static str,
    /// One emoji.
    pub icon: &'static str,
    /// What it takes.
    pub takes: MilestoneRule,
}

/// What a milestone takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MilestoneRule {
    /// So many tasks done, whichever.
    Count(usize),
    /// These tasks done.
    Tasks(&'static [&'static str]),
}

impl Definition {
    /// The task of that key, whether or not every organization has it.
    #[must_use]
    pub fn task(&self, key: &str) -> Option<&'static Task> {
        self.tasks.iter().find(|task| task.key == key)
    }

    /// The tasks that a sign completes.
    pub fn done_by(&self, sign: CompletionTrigger<'_>) -> impl Iterator<Item = &'static Task> {
        self.tasks.iter().filter(move |task| task.done_by.contains(&sign))
    }
}

/// The definition of that key.
#[must_use]
pub fn find(key: &str) -> Option<&'static Definition> {
    ALL.iter().copied().find(|definition| definition.key == key)
}

/// The definitions that a stage offers to those who sign up. The first is for everybody whose industry none of them
/// names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered(Vec<&'static Definition>);

impl Offered {
    /// Keys, separated by commas; `None` where one is unknown or there is none.
    #[must_use]
    pub fn parse(keys: &str) -> Option<Self> {
        keys.split(',').map(|key| find(key.trim())).collect::<Option<Vec<_>>>().map(Self)
    }

    /// The industries that somebody can choose from. Of several definitions that name one the first says how it is
    /// called, and is the one that its organizations get.
    pub fn industries(&self) -> impl Iterator<Item = &'static Industry> {
        let mut named = BTreeSet::new();
        self.0
            .iter()
            .flat_map(|definition| definition.industries)
            .filter(move |industry| named.insert(industry.key))
    }

    /// The checklist of an organization of that industry.
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
                assert_eq!(definition.task(task.key), Some(task));
            }
        }
    }

    #[test]
    fn the_industry_chooses_and_the_first_stands_in() {
        let offered = Offered::parse("built-in, agency").unwrap();
        assert_eq!(offered.of(Some("agency")).key, "agency");
        assert_eq!(offered.of(Some("bakery")).key, "built-in");
        assert_eq!(offered.of(None).key, "built-in");
        assert_eq!(Offered::parse("agency").unwrap().of(None).key, "agency");
        assert_eq!(offered.industries().map(|it| it.key).collect::<Vec<_>>(), ["agency"]);
        for bad in ["", "built-in,", "built-in,nonsense"] {
            assert_eq!(Offered::parse(bad), None, "{bad}");
        }
    }

    /// As of a definition that extends one with industries, and takes them over.
    #[test]
    fn an_industry_that_two_definitions_name_is_offered_once_and_is_the_firsts() {
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
        let offered = Offered(vec![&BUILT_IN, find("agency").unwrap(), &STUDIOS]);
        let listed: Vec<_> = offered.industries().map(|it| (it.key, it.title)).collect();
        assert_eq!(listed, [("agency", "Agency or studio"), ("film", "Film")]);
        assert_eq!([offered.of(Some("agency")).key, offered.of(Some("film")).key], ["agency", "studios"]);
    }

    /// What the product promises of the eight: their keys, order, titles, kinds and icons.
    #[test]
    fn the_built_in_checklist_is_the_eight() {
        let told: Vec<_> = BUILT_IN
            .tasks
            .iter()
            .map(|task| (task.priority, task.key, task.title, task.category.key, task.icon))
            .collect();
        assert_eq!(
            told,
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
