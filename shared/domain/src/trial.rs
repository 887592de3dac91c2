//! The trial clock.

use jiff::{SignedDuration, Timestamp};

use crate::extension::Extension;

/// The length of a day of a trial. A day is 24 hours, whatever the wall clocks do.
pub const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A trial of ours: when it runs and when its people are reminded.
///
/// The reminder days lie in the trial, so that every decision about it is a function of the
/// organization alone and a changed setting concerns the trials that start after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The moment it began, in whole seconds.
    pub started_at: Timestamp,
    /// The first moment that is no longer in it, in whole seconds.
    pub ends_at: Timestamp,
    /// Days before the end on which the admins are reminded.
    pub reminder_days: Vec<u16>,
    /// The days that operators gave on top, oldest first. They are in `ends_at` already.
    pub extensions: Vec<Extension>,
}

impl Trial {
    /// A trial of `days` × 24 hours from `now`.
    #[must_use]
    pub fn start(now: Timestamp, days: u16, reminder_days: Vec<u16>) -> Self {
        let started_at = truncate_to_second(now);
        let ends_at = add(started_at, DAY * i32::from(days));
        Self { started_at, ends_at, reminder_days, extensions: Vec::new() }
    }

    /// Whether it runs at `now`.
    #[must_use]
    pub fn runs(&self, now: Timestamp) -> bool {
        now < self.ends_at
    }

    /// Whether an operator gave it days after that moment; at any time, where there is none.
    #[must_use]
    pub fn extended_after(&self, at: Option<Timestamp>) -> bool {
        self.extensions.last().is_some_and(|extension| at.is_none_or(|at| extension.at > at))
    }

    /// The moment of the reminder `days` before the end.
    #[must_use]
    pub fn reminds_at(&self, days: u16) -> Timestamp {
        add(self.ends_at, -(DAY * i32::from(days)))
    }
}

/// The days that remain until `end`, rounded up: 1 in the last day, 0 from the end on.
/// Every banner, page, mail and answer shows what this function says.
#[must_use]
pub fn days_remaining(end: Timestamp, now: Timestamp) -> u32 {
    let left = end.duration_since(now);
    if left <= SignedDuration::ZERO {
        return 0;
    }
    let whole = left.as_secs() / DAY.as_secs();
    let rest = left - DAY * i32::try_from(whole).unwrap_or(i32::MAX);
    u32::try_from(whole).unwrap_or(u32::MAX).saturating_add(u32::from(rest > SignedDuration::ZERO))
}

/// `at` without its fraction of a second.
#[must_use]
pub fn truncate_to_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// `at` moved by `by`; the ends of time hold it.
#[must_use]
pub fn add(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn it_runs_until_its_end_and_not_in_it() {
        let trial = Trial::start(Timestamp::UNIX_EPOCH, 1, vec![]);
        assert!(trial.runs(add(trial.ends_at, -SignedDuration::from_nanos(1))));
        assert!(!trial.runs(trial.ends_at));
    }
}
