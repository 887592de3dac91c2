//! More days of trial, given by an operator, with the reason.

use std::fmt;

use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::{
    id::{ProjectId, UserId},
    name::{Name, is_invisible},
    operator::Operator,
    org::{Org, Trigger},
    secret::Hash,
    trial::{DAY, Trial, add, truncate_to_second},
};

/// The most days that one extension gives: as many as Stripe lets a trial have.
pub const MOST_DAYS: u16 = 730;
/// The most graphemes of a reason.
pub const MOST_GRAPHEMES: usize = 200;
/// The most extensions of one trial: they lie in the organization's item.
pub const MOST_EXTENSIONS: usize = 50;

/// Days given at once, 1 to [`MOST_DAYS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days(u16);

/// Why a text is no number of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter a whole number of days from 1 to 730.")]
pub struct NotDays;

impl Days {
    /// Reads a number of days as a person typed it.
    ///
    /// # Errors
    /// [`NotDays`] for everything but a whole number from 1 to [`MOST_DAYS`], in digits.
    pub fn parse(text: &str) -> Result<Self, NotDays> {
        let text = text.trim();
        let days = text.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
        days.filter(|_| text.bytes().all(|byte| byte.is_ascii_digit())).map(Self).ok_or(NotDays)
    }

    /// A number read back from where a parsed one was stored.
    #[must_use]
    pub const fn from_stored(days: u16) -> Self {
        Self(days)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// Why days were given: one line of NFC text, 1 to [`MOST_GRAPHEMES`] graphemes, nothing invisible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

/// Why a text is no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReasonFault {
    /// Nothing but white space.
    #[error("Say why. It is kept with the organization.")]
    Empty,
    /// More than [`MOST_GRAPHEMES`] graphemes.
    #[error("Use at most 200 characters.")]
    TooLong,
    /// Control, bidi or zero-width characters, or line breaks.
    #[error("Leave out line breaks, invisible and control characters.")]
    Invisible,
}

impl ReasonFault {
    /// The code of a problem's `errors` entry.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "required",
            Self::TooLong => "too_long",
            Self::Invisible => "invisible_characters",
        }
    }
}

impl Reason {
    /// Reads a reason as a person typed it.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, ReasonFault> {
        // The item has room for short texts: graphemes alone would let one of many marks grow without end.
        if text.len() > MOST_GRAPHEMES * 8 {
            return Err(ReasonFault::TooLong);
        }
        let reason: String = text.trim().nfc().collect();
        match reason.graphemes(true).count() {
            0 => Err(ReasonFault::Empty),
            _ if reason.chars().any(is_invisible) => Err(ReasonFault::Invisible),
            1..=MOST_GRAPHEMES => Ok(Self(reason)),
            _ => Err(ReasonFault::TooLong),
        }
    }

    /// A reason read back from where a parsed one was stored.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Days that were given. It stays with the trial for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: UserId,
    /// Their name at that time.
    pub name: Name,
    /// How many days.
    pub days: Days,
    /// Why.
    pub reason: Reason,
    /// The trial's end that they led to.
    pub ends_at: Timestamp,
    /// The hash of the form's token: the same form sent twice gives its days once.
    pub request: Hash,
}

/// What an operator asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// How many days.
    pub days: Days,
    /// Why.
    pub reason: Reason,
    /// The hash of the form's token.
    pub request: Hash,
}

/// What a first trial needs, where the organization had none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstTrial {
    /// Days before the end on which the admins are reminded. Those that the trial is too short for are left out.
    pub reminder_days: Vec<u16>,
    /// The default project's id, used if this provisions.
    pub project: ProjectId,
}

/// Why a trial cannot be extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotExtendable {
    /// A subscription lives: the trial's end is Stripe's to move.
    #[error("The organization has a subscription. Its trial, if any, is extended at Stripe.")]
    Subscribed,
    /// The customer was deleted at Stripe, which ends access whatever the trial says, until another pays.
    #[error("The organization's customer was deleted at Stripe, which ends its access until a new one pays.")]
    CustomerDeleted,
    /// It was extended [`MOST_EXTENSIONS`] times.
    #[error("The trial was extended 50 times, and cannot be extended again.")]
    TooOften,
}

impl Org {
    /// Gives days of trial, from now on or from the trial's end on, whichever is later. The moved end arms the
    /// reminders again: their keys hold it. An organization that never had a trial begins one, and is provisioned.
    /// A grant that was given before changes nothing.
    ///
    /// # Errors
    /// [`NotExtendable`]; nothing is changed then.
    pub fn extend_trial(
        &mut self,
        operator: &Operator,
        grant: &Grant,
        first: &FirstTrial,
        now: Timestamp,
    ) -> Result<(), NotExtendable> {
        let given = self.trial.as_ref().map_or(&[][..], |trial| &trial.extensions);
        if given.iter().any(|extension| extension.request == grant.request) {
            return Ok(());
        }
        if given.len() >= MOST_EXTENSIONS {
            return Err(NotExtendable::TooOften);
        }
        self.extendable()?;
        let trial = self.trial.get_or_insert_with(|| {
            let reminders = first.reminder_days.iter().copied().filter(|days| *days < grant.days.get());
            Trial::start(now, 0, reminders.collect())
        });
        trial.ends_at = add(trial.ends_at.max(truncate_to_second(now)), DAY * i32::from(grant.days.get()));
        trial.extensions.push(Extension {
            at: now,
            by: operator.user(),
            name: operator.name().clone(),
            days: grant.days,
            reason: grant.reason.clone(),
            ends_at: trial.ends_at,
            request: grant.request,
        });
        self.provision(Trigger::Trial, first.project, now);
        Ok(())
    }

    /// Whether an operator can give it days of trial, as things stand.
    ///
    /// # Errors
    /// Why not.
    pub fn extendable(&self) -> Result<(), NotExtendable> {
        if self.billing.is_alive() {
            Err(NotExtendable::Subscribed)
        } else if self.billing.customer_deleted() {
            Err(NotExtendable::CustomerDeleted)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_whole_and_within_bounds() {
        for (typed, days) in [
            ("1", Some(1)),
            (" 14 ", Some(14)),
            ("007", Some(7)),
            ("730", Some(730)),
            ("0", None),
            ("731", None),
            ("-1", None),
            ("+7", None),
            ("7.0", None),
            ("1e2", None),
            ("٣", None),
            ("99999999999999999999", None),
            ("", None),
        ] {
            assert_eq!(Days::parse(typed).ok().map(Days::get), days, "{typed:?}");
        }
    }

    #[test]
    fn a_reason_is_one_line_of_visible_text() {
        for (typed, kept) in [
            (" Asked by their\u{a0}CFO — see #42 ", Ok("Asked by their\u{a0}CFO — see #42")),
            ("Cafe\u{301}", Ok("Café")),
            (" \t ", Err(ReasonFault::Empty)),
            ("two\nlines", Err(ReasonFault::Invisible)),
            ("a\u{202e}b", Err(ReasonFault::Invisible)),
        ] {
            assert_eq!(
                Reason::parse(typed).as_ref().map(Reason::as_str),
                kept.as_ref().copied(),
                "{typed:?}"
            );
        }
        assert!(Reason::parse(&"ä".repeat(MOST_GRAPHEMES)).is_ok());
        assert_eq!(Reason::parse(&"ä".repeat(MOST_GRAPHEMES + 1)), Err(ReasonFault::TooLong));
        assert_eq!(Reason::parse(&format!("a{}", "\u{301}".repeat(4000))), Err(ReasonFault::TooLong));
    }
}
