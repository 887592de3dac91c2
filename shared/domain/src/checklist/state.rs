//! Completed and skipped tasks of an organization.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// How long a page shows the note that offers to undo a change. The style sheet hides the note of an
/// open page after the same time. After that, the list of tasks still has a button for it.
pub const UNDO_PERIOD: SignedDuration = SignedDuration::from_secs(10);

/// How long the onboarding widget stays after the checklist is complete.
pub const WIDGET_AFTER_COMPLETION: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Stored state of a checklist. Its maps use the keys of tasks, so completions stay valid if the
/// definition changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checklist {
    /// Time of the provisioning. Completions can be stored before the provisioning.
    pub created_at: Option<Timestamp>,
    /// Time of the last change of the shown tasks, of their state, or of the dismissal.
    pub updated_at: Option<Timestamp>,
    /// Time at which every task was completed or skipped.
    pub completed_at: Option<Timestamp>,
    /// Time at which the checklist was dismissed; `None` while it is shown.
    pub dismissed_at: Option<Timestamp>,
    /// Completions of tasks, by task key.
    pub completions: BTreeMap<String, Completion>,
    /// Times at which tasks were skipped, by task key.
    pub skipped: BTreeMap<String, Timestamp>,
}

/// The completion of one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// Time of the first completion.
    pub at: Timestamp,
    /// Source that reported the completion.
    pub source: Source,
    /// Name of the person who completed the task: an admin, or the actor of a host event. `None` if
    /// no person is known.
    pub by: Option<String>,
}

/// Source of a completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An admin marked the task.
    Manual,
    /// An event of the host app arrived.
    Event,
    /// A payment or a completed Checkout session.
    Billing,
    /// An invitation was sent.
    Invitation,
}

impl Source {
    /// Returns the value in responses and stored items.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Event => "event",
            Self::Billing => "billing",
            Self::Invitation => "invitation",
        }
    }

    /// Parses a value of [`Self::as_str`].
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        [Self::Manual, Self::Event, Self::Billing, Self::Invitation]
            .into_iter()
            .find(|it| it.as_str() == value)
    }
}

impl Checklist {
    /// Completes a task, even if it is skipped. If the task is already completed, nothing changes.
    /// Returns whether anything changed.
    pub(crate) fn complete(&mut self, key: &str, completion: Completion) -> bool {
        if self.completions.contains_key(key) {
            return false;
        }
        self.skipped.remove(key);
        self.completions.insert(key.to_owned(), completion);
        true
    }

    /// Undoes a completion by an admin. Returns whether anything changed.
    pub(crate) fn uncomplete(&mut self, key: &str) -> Result<bool, CompletedByEvent> {
        match self.completions.get(key).map(|completion| completion.source) {
            None => Ok(false),
            Some(Source::Manual) => Ok(self.completions.remove(key).is_some()),
            Some(Source::Event | Source::Billing | Source::Invitation) => Err(CompletedByEvent),
        }
    }

    /// Skips an open task. Returns whether anything changed.
    pub(crate) fn skip(&mut self, key: &str, now: Timestamp) -> bool {
        if self.completions.contains_key(key) || self.skipped.contains_key(key) {
            return false;
        }
        self.skipped.insert(key.to_owned(), now);
        true
    }

    /// Dismisses the checklist or shows it again. Returns whether anything changed.
    pub(crate) fn dismiss(&mut self, dismissed: bool, now: Timestamp) -> bool {
        if self.dismissed_at.is_some() == dismissed {
            return false;
        }
        self.dismissed_at = dismissed.then_some(now);
        true
    }

    /// Returns whether a task is neither completed nor skipped.
    #[must_use]
    pub fn is_open(&self, key: &str) -> bool {
        !self.completions.contains_key(key) && !self.skipped.contains_key(key)
    }
}

/// Error for a completion that no admin marked: an event caused it, so it cannot be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event completed the task")]
pub struct CompletedByEvent;

/// Error for a key that names no task of the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no task has that key")]
pub struct UnknownTask;
