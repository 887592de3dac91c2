//! Domain events: what became true of an organization between two of its states.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::{
    billing::SubscriptionStatus,
    delivery::{Delivery, Failure},
    notice::NoticeKey,
    org::{Org, Trigger},
};

/// Something that happened to an organization. Ids and times come from the change that carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainEvent {
    /// It signed up.
    SignedUp,
    /// It was provisioned.
    Provisioned(Trigger),
    /// Its trial ends in about so many days; its admins are told.
    TrialEnding {
        /// The offset of the reminder.
        days: u16,
    },
    /// Its trial ended without a payment.
    TrialExpired {
        /// Whether a payment method is on file.
        payment_method: bool,
    },
    /// An operator gave it days of trial.
    TrialExtended {
        /// How many.
        days: u16,
    },
    /// Its best subscription became active.
    SubscriptionActivated,
    /// Its best subscription became past due.
    SubscriptionPastDue,
    /// Its last subscription ended.
    SubscriptionCanceled,
    /// A task was completed.
    TaskCompleted {
        /// Its key.
        task: String,
    },
    /// Every task is completed or skipped.
    ChecklistCompleted,
    /// The checklist was put aside.
    ChecklistDismissed,
    /// A mail did not and will not arrive.
    MailFailed {
        /// The kind of mail.
        kind: &'static str,
        /// Why.
        why: Failure,
    },
}

impl DomainEvent {
    /// The detail-type on the bus.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SignedUp => "organization.signed_up",
            Self::Provisioned(_) => "organization.provisioned",
            Self::TrialEnding { .. } => "trial.ending",
            Self::TrialExpired { .. } => "trial.expired",
            Self::TrialExtended { .. } => "trial.extended",
            Self::SubscriptionActivated => "subscription.activated",
            Self::SubscriptionPastDue => "subscription.past_due",
            Self::SubscriptionCanceled => "subscription.canceled",
            Self::TaskCompleted { .. } => "checklist.task_completed",
            Self::ChecklistCompleted => "checklist.completed",
            Self::ChecklistDismissed => "checklist.dismissed",
            Self::MailFailed { .. } => "mail.failed",
        }
    }
}

/// What happened between `old` (`None` before the organization was) and `new`, in a fixed order.
#[must_use]
pub fn between(old: Option<&Org>, new: &Org) -> Vec<DomainEvent> {
    let mut events = Vec::new();
    if old.is_none() {
        events.push(DomainEvent::SignedUp);
    }
    if let Some(provisioned) = &new.provisioned
        && old.is_none_or(|old| old.provisioned.is_none())
    {
        events.push(DomainEvent::Provisioned(provisioned.trigger));
    }
    let extensions = |org: &'_ Org| org.trial.as_ref().map_or(0, |trial| trial.extensions.len());
    let before = old.map_or(0, extensions);
    for extension in new.trial.iter().flat_map(|trial| &trial.extensions).skip(before) {
        events.push(DomainEvent::TrialExtended { days: extension.days.get() });
    }
    for key in new.outbox.0.keys().filter(|key| old.is_none_or(|old| !old.outbox.0.contains_key(key))) {
        match key {
            NoticeKey::Welcome | NoticeKey::PaymentFailed { .. } => {}
            // A reminder may be owed for an end that has moved on since: its mail is dropped, and nothing ends soon.
            NoticeKey::TrialEnding { ends_at, .. }
                if new.trial_ends_at(just_before(*ends_at)) != Some(*ends_at) => {}
            NoticeKey::TrialEnding { days, .. } => events.push(DomainEvent::TrialEnding { days: *days }),
            NoticeKey::TrialEnded { .. } => {
                events.push(DomainEvent::TrialExpired { payment_method: new.billing.has_billing_info() });
            }
        }
    }
    let subscription = new.billing.status();
    if subscription != old.and_then(|old| old.billing.status()) {
        match subscription {
            Some(SubscriptionStatus::Active) => events.push(DomainEvent::SubscriptionActivated),
            Some(SubscriptionStatus::PastDue) => events.push(DomainEvent::SubscriptionPastDue),
            Some(SubscriptionStatus::Canceled) => events.push(DomainEvent::SubscriptionCanceled),
            _ => {}
        }
    }
    // What is done and not on the checklist is told once a plan brings it; a plan that left and comes back tells it anew.
    let before = old.map(done).unwrap_or_default();
    for task in done(new).difference(&before) {
        events.push(DomainEvent::TaskCompleted { task: (*task).to_owned() });
    }
    let completed_at = new.checklist.completed_at;
    if completed_at.is_some() && old.is_none_or(|old| old.checklist.completed_at != completed_at) {
        events.push(DomainEvent::ChecklistCompleted);
    }
    if new.checklist.dismissed_at.is_some() && old.is_none_or(|old| old.checklist.dismissed_at.is_none()) {
        events.push(DomainEvent::ChecklistDismissed);
    }
    for (key, recipients) in &new.outbox.0 {
        for (user, delivery) in recipients {
            let failed = |org: &Org| {
                matches!(
                    org.outbox.0.get(key).and_then(|recipients| recipients.get(user)),
                    Some(Delivery::Failed { .. })
                )
            };
            if let Delivery::Failed { why, .. } = delivery
                && !old.is_some_and(failed)
            {
                events.push(DomainEvent::MailFailed { kind: key.kind(), why: *why });
            }
        }
    }
    events
}

/// The completed tasks that are on an organization's checklist.
fn done(org: &Org) -> BTreeSet<&'static str> {
    org.progress_at_any_time().done().map(|(task, _)| task.key).collect()
}

/// The last moment at which what ends there still runs.
fn just_before(end: Timestamp) -> Timestamp {
    end.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(end)
}
