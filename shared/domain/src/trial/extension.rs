//! Trial extensions: days that an operator or the host app grants, with the reason.

use jiff::Timestamp;

use crate::{
    id::UserId,
    people::{Name, Reason},
    secret::Hash,
};

/// Number of days in one extension, 1 to [`Days::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days(u16);

/// Error for text that is not a valid number of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter a whole number of days from 1 to {}.", Days::MAX)]
pub struct NotDays;

impl Days {
    /// Maximum days of one extension, equal to Stripe's maximum for a trial.
    pub const MAX: u16 = 730;

    /// Parses a number of days from user input.
    ///
    /// # Errors
    /// [`NotDays`] unless the text is a whole number from 1 to [`Days::MAX`] in ASCII digits.
    pub fn parse(text: &str) -> Result<Self, NotDays> {
        let text = text.trim();
        let days = text.parse().ok().filter(|days| (1..=Self::MAX).contains(days));
        days.filter(|_| text.bytes().all(|byte| byte.is_ascii_digit())).map(Self).ok_or(NotDays)
    }

    /// Wraps a number that was parsed before it was stored.
    #[must_use]
    pub const fn from_stored(days: u16) -> Self {
        Self(days)
    }

    /// Returns the number of days.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// A granted extension. It is never removed from the trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Time of the grant.
    pub at: Timestamp,
    /// Operator who granted it. `None` if the host app's server did.
    pub by: Option<UserId>,
    /// Name of the operator at the time of the grant, or the name of the server's API key.
    pub name: Name,
    /// Number of granted days.
    pub days: Days,
    /// Reason for the grant.
    pub reason: Reason,
    /// End of the trial after this extension.
    pub ends_at: Timestamp,
    /// Hash of the token in the operator's form, or of the server's idempotency key. A request that is
    /// sent twice has the same hash, so it extends the trial only once.
    pub request: Hash,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_a_whole_number_within_bounds() {
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
}
