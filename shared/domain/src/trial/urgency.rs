//! How urgent the end of a running trial is, and on which day it is.

use jiff::{Timestamp, civil::Date};

use super::{NOTICE_DAYS, UrgencyStep, WARNING_DAYS};
use crate::{
    org::Org,
    time::{Zone, days_remaining},
};

/// The end of a running trial, as seen at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Urgency {
    /// End of the trial.
    pub trial_ends_at: Timestamp,
    /// How urgent the end is.
    pub step: UrgencyStep,
    /// Day of the end.
    pub day: EndDay,
}

/// Calendar day of an end, in the organization's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndDay {
    /// The day of the page view.
    Today,
    /// The day after it.
    Tomorrow,
    /// A day after tomorrow.
    Later,
}

impl EndDay {
    fn of(end: Timestamp, now: Timestamp, zone: &Zone) -> Self {
        let (end, today): (Date, Date) = (zone.day(end), zone.day(now));
        match today.tomorrow() {
            _ if end == today => Self::Today,
            Ok(tomorrow) if end == tomorrow => Self::Tomorrow,
            _ => Self::Later,
        }
    }
}

impl Org {
    /// Returns how urgent the end of the running trial is at `now`. Returns `None` if no trial runs
    /// or its end is unknown.
    #[must_use]
    pub fn trial_urgency(&self, now: Timestamp) -> Option<Urgency> {
        let trial_ends_at = self.trial_ends_at(now).filter(|_| self.is_on_trial(now))?;
        let day = EndDay::of(trial_ends_at, now, &self.zone);
        let step = match days_remaining(trial_ends_at, now) {
            _ if day == EndDay::Today => UrgencyStep::LastDay,
            ..=WARNING_DAYS => UrgencyStep::Warning,
            days if days <= NOTICE_DAYS => UrgencyStep::Notice,
            _ => UrgencyStep::Calm,
        };
        Some(Urgency { trial_ends_at, step, day })
    }
}
