//! The onboarding checklist of one organization.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::task::{self, TASKS, Task};

/// What has been done of the checklist. Keyed by task, so that a changed definition keeps what is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checklist {
    /// When provisioning made it; before that it only gathers ticks.
    pub created_at: Option<Timestamp>,
    /// When anything in it last changed.
    pub updated_at: Option<Timestamp>,
    /// When every task was first completed or skipped.
    pub completed_at: Option<Timestamp>,
    /// Since when it is put aside.
    pub dismissed_at: Option<Timestamp>,
    /// Completed tasks.
    pub ticks: BTreeMap<String, Tick>,
    /// Skipped tasks, and since when.
    pub skipped: BTreeMap<String, Timestamp>,
}

/// The completion of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// When it was completed first.
    pub at: Timestamp,
    /// How we learnt of it.
    pub source: Source,
    /// Who did it: a name, or the host app's word for its actor.
    pub by: Option<String>,
}

/// How we learnt that a task is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An admin said so.
    Manual,
    /// The host app's event said so.
    Event,
    /// A payment or a finished checkout said so.
    Billing,
    /// An invitation was sent.
    Invitation,
}

impl Source {
    /// The word in answers and stored items.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Event => "event",
            Self::Billing => "billing",
            Self::Invitation => "invitation",
        }
    }

    /// The source of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Manual, Self::Event, Self::Billing, Self::Invitation]
            .into_iter()
            .find(|it| it.as_str() == word)
    }
}

impl Checklist {
    /// Marks a task done. The first completion stays; a skipped task that is done is no longer skipped.
    /// Says whether anything changed.
    pub fn complete(&mut self, task: &Task, tick: Tick, now: Timestamp) -> bool {
        if self.ticks.contains_key(task.key) {
            return false;
        }
        self.skipped.remove(task.key);
        self.ticks.insert(task.key.to_owned(), tick);
        self.touch(now);
        true
    }

    /// Puts a task aside for good, without calling it done. Says whether anything changed.
    pub fn skip(&mut self, task: &Task, now: Timestamp) -> bool {
        if self.ticks.contains_key(task.key) || self.skipped.contains_key(task.key) {
            return false;
        }
        self.skipped.insert(task.key.to_owned(), now);
        self.touch(now);
        true
    }

    /// Takes a skipped task back. Says whether anything changed.
    pub fn unskip(&mut self, task: &Task, now: Timestamp) -> bool {
        let changed = self.skipped.remove(task.key).is_some();
        if changed {
            self.touch(now);
        }
        changed
    }

    /// Puts the whole checklist aside, or takes it back. Says whether anything changed.
    pub fn dismiss(&mut self, dismissed: bool, now: Timestamp) -> bool {
        if self.dismissed_at.is_some() == dismissed {
            return false;
        }
        self.dismissed_at = dismissed.then_some(now);
        self.touch(now);
        true
    }

    fn touch(&mut self, now: Timestamp) {
        self.updated_at = Some(now);
        self.completed_at = if self.is_complete() { self.completed_at.or(Some(now)) } else { None };
    }

    /// How many of the tasks are completed.
    #[must_use]
    pub fn completed_count(&self) -> usize {
        TASKS.iter().filter(|task| self.ticks.contains_key(task.key)).count()
    }

    /// The floor of completed in a hundred: 1 of 8 is 12. Only all of them are 100; skipping changes nothing.
    #[must_use]
    pub fn percentage(&self) -> usize {
        self.completed_count() * 100 / TASKS.len()
    }

    /// Whether every task is completed or skipped.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        TASKS.iter().all(|task| self.ticks.contains_key(task.key) || self.skipped.contains_key(task.key))
    }

    /// The task to do next: the first that is neither completed nor skipped.
    #[must_use]
    pub fn next_task(&self) -> Option<&'static Task> {
        TASKS.iter().find(|task| !self.ticks.contains_key(task.key) && !self.skipped.contains_key(task.key))
    }
}

/// The keys that a request may name.
#[must_use]
pub fn valid_keys() -> Vec<&'static str> {
    TASKS.iter().map(|task| task.key).collect()
}

/// The task of a key that came from outside.
///
/// # Errors
/// [`UnknownTask`] for any other text.
pub fn parse_task(key: &str) -> Result<&'static Task, UnknownTask> {
    task::find(key).ok_or(UnknownTask)
}

/// No task has that key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no task has that key")]
pub struct UnknownTask;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn tick(second: i64) -> Tick {
        Tick { at: at(second), source: Source::Manual, by: Some("Jo".to_owned()) }
    }

    #[test]
    fn the_percentage_is_the_floor_and_only_all_are_a_hundred() {
        let mut list = Checklist::default();
        let mut seen = vec![list.percentage()];
        for task in &TASKS {
            list.complete(task, tick(1), at(1));
            seen.push(list.percentage());
        }
        assert_eq!(seen, [0, 12, 25, 37, 50, 62, 75, 87, 100]);
        assert!(list.is_complete());
    }

    #[test]
    fn the_first_completion_stays() {
        let mut list = Checklist::default();
        assert!(list.complete(&TASKS[1], tick(5), at(5)));
        assert!(!list.complete(&TASKS[1], tick(9), at(9)));
        assert_eq!(list.ticks["created_project"].at, at(5));
    }

    #[test]
    fn skipping_completes_the_list_but_not_the_bar() {
        let mut list = Checklist::default();
        for task in &TASKS[..7] {
            list.complete(task, tick(1), at(1));
        }
        assert!(list.skip(&TASKS[7], at(2)));
        assert_eq!((list.percentage(), list.is_complete(), list.completed_at), (87, true, Some(at(2))));
        assert!(list.unskip(&TASKS[7], at(3)));
        assert_eq!((list.is_complete(), list.completed_at), (false, None));
        assert!(!list.skip(&TASKS[0], at(4)), "what is done cannot be skipped");
    }

    #[test]
    fn the_next_task_is_the_first_that_is_open() {
        let mut list = Checklist::default();
        assert_eq!(list.next_task().map(|task| task.title), Some("Invite team member"));
        list.skip(&TASKS[0], at(1));
        list.complete(&TASKS[1], tick(1), at(1));
        assert_eq!(list.next_task().map(|task| task.key), Some("created_time_entry"));
    }

    #[test]
    fn dismissal_changes_neither_progress_nor_ticks_and_has_a_way_back() {
        let mut list = Checklist::default();
        list.complete(&TASKS[0], tick(1), at(1));
        assert!(list.dismiss(true, at(2)));
        assert!(!list.dismiss(true, at(3)));
        assert_eq!((list.percentage(), list.dismissed_at), (12, Some(at(2))));
        assert!(list.dismiss(false, at(4)));
        assert_eq!(list.dismissed_at, None);
    }
}
