//! Trial extensions: days that an operator grants, with the reason.

use jiff::Timestamp;

use super::Trial;
use crate::{
    id::{ProjectId, UserId},
    org::{Org, Trigger},
    people::{Name, Operator, Reason},
    secret::Hash,
    time::{DAY, add, truncate_to_second},
};

/// Maximum number of extensions per trial. The extensions are stored in the organization's item,
/// whose size is limited.
pub const MAX_EXTENSIONS: usize = 50;

/// Number of days in one extension, 1 to [`Days::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days(u16);

/// Error for text that is not a valid number of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter a whole number of days from 1 to 730.")]
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
    /// Operator who granted it.
    pub by: UserId,
    /// Name of the operator at the time of the grant.
    pub name: Name,
    /// Number of granted days.
    pub days: Days,
    /// Reason that the operator gave.
    pub reason: Reason,
    /// End of the trial after this extension.
    pub ends_at: Timestamp,
    /// Hash of the token in the operator's form. A form that is sent twice has the same hash, so it
    /// extends the trial only once.
    pub request: Hash,
}

/// An operator's request for an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Number of requested days.
    pub days: Days,
    /// Reason that the operator gives.
    pub reason: Reason,
    /// Hash of the form's token.
    pub request: Hash,
}

/// Values for the trial that an extension starts if the organization never had a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstTrial {
    /// Offsets of the reminders, in days before the end. Offsets that are not shorter than the
    /// trial are dropped.
    pub reminder_days: Vec<u16>,
    /// Id of the default project, if the extension provisions the organization.
    pub project: ProjectId,
}

/// Reason why a trial cannot be extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotExtendable {
    /// A subscription is alive. The trial of a subscription can only be extended at Stripe.
    #[error("This organization has a subscription. Extend its trial in Stripe.")]
    Subscribed,
    /// The customer was deleted at Stripe. The organization gets no access until another customer
    /// pays.
    #[error("The organization's Stripe customer was deleted. Access stays ended until a new customer pays.")]
    CustomerDeleted,
    /// The trial has [`MAX_EXTENSIONS`] extensions.
    #[error("This trial has been extended 50 times, the maximum.")]
    TooOften,
}

impl Org {
    /// Extends the trial from its end or from `now`, whichever is later.
    ///
    /// Reminders are sent again for the new end, because the key of a reminder contains the end
    /// that it announces. An organization that never had a trial gets a trial, and is provisioned
    /// unless it was provisioned before. If the same form was granted before, nothing changes.
    ///
    /// # Errors
    /// [`NotExtendable`]; nothing changes in that case.
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
        if given.len() >= MAX_EXTENSIONS {
            return Err(NotExtendable::TooOften);
        }
        self.extendable(now)?;
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

    /// Checks whether an operator can extend the trial now.
    ///
    /// # Errors
    /// [`NotExtendable::Subscribed`] or [`NotExtendable::CustomerDeleted`].
    pub fn extendable(&self, now: Timestamp) -> Result<(), NotExtendable> {
        if self.billing.is_alive(now) {
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
