//! Extension of a trial by an operator or by the host app's server.

use jiff::Timestamp;

use super::{Days, Extension, Trial};
use crate::{
    id::UserId,
    org::{Org, Setup, Trigger},
    people::{Name, Operator, Reason},
    secret::Hash,
    time::{DAY, add, truncate_to_second},
};

/// Maximum number of extensions per trial. The extensions are stored in the organization's item,
/// whose size is limited.
pub const MAX_EXTENSIONS: usize = 50;

/// Who extends a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grantor {
    operator: Option<UserId>,
    name: Name,
}

impl Grantor {
    /// Returns the server of the host app, with the id of its API key.
    #[must_use]
    pub fn host_app(key: &str) -> Self {
        Self { operator: None, name: Name::from_stored(format!("API key {key}")) }
    }
}

impl From<&Operator> for Grantor {
    fn from(operator: &Operator) -> Self {
        Self { operator: Some(operator.user()), name: operator.name().clone() }
    }
}

/// A request for an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Number of requested days.
    pub days: Days,
    /// Reason for the extension.
    pub reason: Reason,
    /// Hash of the form's token, or of the idempotency key.
    pub request: Hash,
}

/// Values for the trial that an extension starts if the organization never had a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstTrial {
    /// Offsets of the reminders, in days before the end. Offsets that are not shorter than the
    /// trial are dropped.
    pub reminder_days: Vec<u16>,
    /// What is used if the extension provisions the organization.
    pub setup: Setup,
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
    #[error("This trial has been extended {MAX_EXTENSIONS} times, the maximum.")]
    TooOften,
}

impl Org {
    /// Extends the trial from its end or from `now`, whichever is later.
    ///
    /// Reminders are sent again for the new end, because the key of a reminder contains the end
    /// that it announces. An organization that never had a trial gets a trial, and is provisioned
    /// unless it was provisioned before. If the same request was granted before, nothing changes.
    ///
    /// # Errors
    /// [`NotExtendable`]; nothing changes in that case.
    pub fn extend_trial(
        &mut self,
        by: Grantor,
        grant: &Grant,
        first: &FirstTrial,
        now: Timestamp,
    ) -> Result<(), NotExtendable> {
        let given = self.current_trial().map_or(&[][..], |trial| &trial.extensions);
        if given.iter().any(|extension| extension.request == grant.request) {
            return Ok(());
        }
        if given.len() >= MAX_EXTENSIONS {
            return Err(NotExtendable::TooOften);
        }
        self.extendable(now)?;
        let waiting = self.run.as_mut().and_then(|run| run.waiting.as_mut());
        let has_begun = waiting.is_none();
        let slot = waiting.map_or(&mut self.trial, |waiting| &mut waiting.trial);
        let trial = slot.get_or_insert_with(|| {
            let reminders = first.reminder_days.iter().copied().filter(|days| *days < grant.days.get());
            Trial::start(now, 0, reminders.collect())
        });
        // A trial that has not begun moves as a whole to its start, so its end can be in the past.
        let from = if has_begun { trial.ends_at.max(truncate_to_second(now)) } else { trial.ends_at };
        trial.ends_at = add(from, DAY * i32::from(grant.days.get()));
        trial.extensions.push(Extension {
            at: now,
            by: by.operator,
            name: by.name,
            days: grant.days,
            reason: grant.reason.clone(),
            ends_at: trial.ends_at,
            request: grant.request,
        });
        self.provision(Trigger::Trial, &first.setup, now);
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
