//! What an organization has done of its onboarding.

use std::collections::BTreeMap;

use jiff::Timestamp;

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
    pub ticks: BTreeMap<String, Completion>,
    /// Skipped tasks, and since when.
    pub skipped: BTreeMap<String, Timestamp>,
}

/// The completion of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
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
    pub(crate) fn complete(&mut self, key: &str, tick: Completion) -> bool {
        if self.ticks.contains_key(key) {
            return false;
        }
        self.skipped.remove(key);
        self.ticks.insert(key.to_owned(), tick);
        true
    }

    /// Puts a task aside for good, without calling it done. Says whether anything changed.
    pub(crate) fn skip(&mut self, key: &str, now: Timestamp) -> bool {
        if self.ticks.contains_key(key) || self.skipped.contains_key(key) {
            return false;
        }
        self.skipped.insert(key.to_owned(), now);
        true
    }

    /// Puts the whole checklist aside, or takes it back. Says whether anything changed.
    pub(crate) fn dismiss(&mut self, dismissed: bool, now: Timestamp) -> bool {
        if self.dismissed_at.is_some() == dismissed {
            return false;
        }
        self.dismissed_at = dismissed.then_some(now);
        true
    }

    /// Whether a task is neither completed nor skipped.
    #[must_use]
    pub fn is_open(&self, key: &str) -> bool {
        !self.ticks.contains_key(key) && !self.skipped.contains_key(key)
    }
}

/// No task of the organization has that key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no task has that key")]
pub struct UnknownTask;
