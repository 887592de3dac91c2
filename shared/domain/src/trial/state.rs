//! The trial that Onramp runs.

use jiff::Timestamp;

use super::Extension;
use crate::time::{DAY, add, truncate_to_second};

/// The terms of a trial that starts now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialTerms {
    /// Whether trials can start.
    pub enabled: bool,
    /// Length of the trial in days.
    pub days: u16,
    /// Offsets of the reminders, in days before the end. Each is at least 1 and smaller than `days`.
    pub reminder_days: Vec<u16>,
}

impl TrialTerms {
    /// Starts a trial, if trials can start.
    #[must_use]
    pub fn start(&self, now: Timestamp) -> Option<Trial> {
        self.enabled.then(|| Trial::start(now, self.days, self.reminder_days.clone()))
    }
}

/// A trial that Onramp runs, with the times of its reminders.
///
/// The reminder offsets are stored with the trial. If the setting changes, the new offsets
/// therefore apply only to trials that start later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Start of the trial, in whole seconds.
    pub started_at: Timestamp,
    /// First moment after the trial, in whole seconds.
    pub ends_at: Timestamp,
    /// Offsets of the reminders, in days before the end.
    pub reminder_days: Vec<u16>,
    /// Extensions by operators, oldest first. `ends_at` includes them.
    pub extensions: Vec<Extension>,
}

impl Trial {
    /// Returns a trial of `days` × 24 hours from `now`.
    #[must_use]
    pub fn start(now: Timestamp, days: u16, reminder_days: Vec<u16>) -> Self {
        let started_at = truncate_to_second(now);
        let ends_at = add(started_at, DAY * i32::from(days));
        Self { started_at, ends_at, reminder_days, extensions: Vec::new() }
    }

    /// Returns the same trial with its start at `now`. The length stays, so no day is lost.
    #[must_use]
    pub(crate) fn moved_to(mut self, now: Timestamp) -> Self {
        let by = truncate_to_second(now).duration_since(self.started_at);
        self.started_at = add(self.started_at, by);
        self.ends_at = add(self.ends_at, by);
        for extension in &mut self.extensions {
            extension.ends_at = add(extension.ends_at, by);
        }
        self
    }

    /// Returns whether the trial runs at `now`.
    #[must_use]
    pub fn runs(&self, now: Timestamp) -> bool {
        now < self.ends_at
    }

    /// Returns whether an operator extended the trial after `at`. If `at` is `None`, any extension
    /// counts.
    pub(crate) fn extended_after(&self, at: Option<Timestamp>) -> bool {
        self.extensions.last().is_some_and(|extension| at.is_none_or(|at| extension.at > at))
    }

    /// Returns the time of the reminder `days` before the end.
    #[must_use]
    pub fn reminds_at(&self, days: u16) -> Timestamp {
        add(self.ends_at, -(DAY * i32::from(days)))
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::time::days_remaining;

    #[test]
    fn days_remaining_round_up_and_never_go_below_zero() {
        let start: Timestamp = "2025-01-08T10:20:30.5Z".parse().unwrap();
        let trial = Trial::start(start, 14, vec![3]);
        assert_eq!(trial.ends_at.to_string(), "2025-01-22T10:20:30Z");
        let hour = 3600;
        for (seconds, days) in [
            (0, 14),
            (1, 14),
            (24 * hour - 1, 14),
            (24 * hour + 1, 13),
            (13 * 24 * hour + 1, 1),
            (14 * 24 * hour - 2, 1),
            (14 * 24 * hour, 0),
            (400 * 24 * hour, 0),
        ] {
            let now = add(start, SignedDuration::from_secs(seconds));
            assert_eq!(days_remaining(trial.ends_at, now), days, "after {seconds} s");
        }
        assert_eq!(days_remaining(trial.ends_at, trial.started_at), 14);
        assert_eq!(days_remaining(trial.ends_at, trial.ends_at), 0);
        assert!(days_remaining(Timestamp::MAX, Timestamp::MIN) > 1_000_000);
    }

    #[test]
    fn trial_runs_until_just_before_its_end() {
        let trial = Trial::start(Timestamp::UNIX_EPOCH, 1, vec![]);
        assert!(trial.runs(add(trial.ends_at, -SignedDuration::from_nanos(1))));
        assert!(!trial.runs(trial.ends_at));
    }
}
