//! Domain events, derived from two successive states of an organization.
//!
//! Events are computed from stored states and not from requests. A repeated request does not change
//! the state, so it causes no second event.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Org, Trigger};
use crate::{
    billing::SubscriptionStatus,
    mail::{Delivery, Failure, NoticeKey},
    people::{MemberDetails, MembershipChange, MembershipChangeKind},
    provisioning::RunEnd,
};

/// An organization as one write left it.
#[derive(Clone, Copy, Debug)]
pub struct WrittenOrg<'a> {
    /// The organization after the write.
    pub org: &'a Org,
    /// When it was written.
    pub at: Timestamp,
    /// The membership that the write changed.
    pub membership: Option<&'a MembershipChange>,
}

/// An event of an organization. The code that publishes it adds the id and the time of the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainEvent {
    /// The organization signed up.
    SignedUp,
    /// The organization was provisioned. Contains the cause.
    Provisioned(Trigger),
    /// The host app's steps are done, so the organization is ready.
    Ready,
    /// A step of the host app failed for good, or an operator gave the run up.
    ProvisioningFailed,
    /// The trial ends soon, and the admins are notified.
    TrialEnding {
        /// Days before the end, as configured for the reminder.
        days: u16,
    },
    /// The trial ended without a payment.
    TrialExpired {
        /// Whether a payment method is on file.
        payment_method: bool,
    },
    /// An operator extended the trial.
    TrialExtended {
        /// Number of added days.
        days: u16,
    },
    /// The best subscription became active.
    SubscriptionActivated,
    /// The best subscription became past due.
    SubscriptionPastDue,
    /// All subscriptions of the organization have ended.
    SubscriptionCanceled,
    /// A task was completed.
    TaskCompleted {
        /// Key of the task.
        task: String,
    },
    /// Every task is completed or skipped.
    ChecklistCompleted,
    /// The checklist was dismissed.
    ChecklistDismissed,
    /// A notice did not arrive and will not be sent again.
    MailFailed {
        /// Kind of the notice.
        kind: &'static str,
        /// Reason of the failure.
        why: Failure,
    },
    /// The name of the organization changed.
    Renamed,
    /// A trial of Onramp started.
    TrialStarted,
    /// The plan of the subscription changed to another one.
    PlanChanged,
    /// What the organization's members may do changed.
    AccessChanged,
    /// A person became a member.
    MemberJoined(MemberDetails),
    /// A member left or was removed.
    MemberRemoved(MemberDetails),
    /// The role of a member changed.
    MemberRoleChanged(MemberDetails),
    /// The state of the organization changed in a way that no other event reports.
    Updated,
}

impl DomainEvent {
    /// Returns the detail-type on the event bus.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SignedUp => "organization.signed_up",
            Self::Provisioned(_) => "organization.provisioned",
            Self::Ready => "organization.ready",
            Self::ProvisioningFailed => "organization.provisioning_failed",
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
            Self::Renamed => "organization.renamed",
            Self::TrialStarted => "trial.started",
            Self::PlanChanged => "subscription.plan_changed",
            Self::AccessChanged => "access.changed",
            Self::MemberJoined(_) => "member.joined",
            Self::MemberRemoved(_) => "member.removed",
            Self::MemberRoleChanged(_) => "member.role_changed",
            Self::Updated => "organization.updated",
        }
    }

    /// Returns the events of one write, in a fixed order. `old` is the write before it; `None` for a
    /// new organization.
    ///
    /// Access also changes when time passes. The first write after that reports it, and the trial
    /// sweep makes sure that there is such a write.
    ///
    /// An import is announced when the subscriptions of its customer are known. Until then, its
    /// writes cause no events.
    #[must_use]
    pub fn of_write(old: Option<&WrittenOrg<'_>>, new: &WrittenOrg<'_>) -> Vec<Self> {
        if new.org.is_import_open() {
            return Vec::new();
        }
        let old = old.filter(|old| !old.org.is_import_open());
        let mut events = Self::between(old.map(|old| old.org), new.org);
        let access = |it: &WrittenOrg<'_>| it.org.status(it.at).access();
        if old.is_some_and(|old| access(old) != access(new)) {
            events.push(Self::AccessChanged);
        }
        events.extend(new.membership.map(|change| {
            let member = change.member.clone();
            match change.kind {
                MembershipChangeKind::Joined => Self::MemberJoined(member),
                MembershipChangeKind::Removed => Self::MemberRemoved(member),
                MembershipChangeKind::RoleChanged => Self::MemberRoleChanged(member),
            }
        }));
        events
    }

    /// Returns the events that the change from `old` to `new` caused, in a fixed order. `old` is
    /// `None` for a new organization.
    #[must_use]
    pub fn between(old: Option<&Org>, new: &Org) -> Vec<Self> {
        let mut events = Vec::new();
        if old.is_none() {
            events.push(Self::SignedUp);
        }
        if let Some(provisioned) = &new.provisioned
            && old.is_none_or(|old| old.provisioned.is_none())
        {
            events.push(Self::Provisioned(provisioned.trigger));
        }
        // What an imported organization did before is its state, not an event.
        if old.is_none() && new.imported_at.is_some() {
            return events;
        }
        events.extend(run_ended(old, new));
        events.extend(trial_extended(old, new));
        events.extend(announced(old, new));
        events.extend(subscription_changed(old, new));
        // A task that the checklist does not show can be completed. Its event is published when the
        // checklist shows the task. If a change of the plan hides the task, and a later change shows
        // it again, the event is published again.
        let before = old.map(done).unwrap_or_default();
        for task in done(new).difference(&before) {
            events.push(Self::TaskCompleted { task: (*task).to_owned() });
        }
        let completed_at = new.checklist.completed_at;
        if completed_at.is_some() && old.is_none_or(|old| old.checklist.completed_at != completed_at) {
            events.push(Self::ChecklistCompleted);
        }
        if new.checklist.dismissed_at.is_some() && old.is_none_or(|old| old.checklist.dismissed_at.is_none())
        {
            events.push(Self::ChecklistDismissed);
        }
        events.extend(mail_failed(old, new));
        if old.is_some_and(|old| old.name != new.name) {
            events.push(Self::Renamed);
        }
        if new.trial.is_some() && old.is_none_or(|old| old.trial.is_none()) {
            events.push(Self::TrialStarted);
        }
        if old
            .and_then(Org::recorded_plan)
            .is_some_and(|plan| new.recorded_plan().is_some_and(|it| it != plan))
        {
            events.push(Self::PlanChanged);
        }
        events
    }
}

fn run_ended(old: Option<&Org>, new: &Org) -> Option<DomainEvent> {
    Some(match new_run_end(old, new)? {
        RunEnd::Ready { .. } => DomainEvent::Ready,
        RunEnd::Failed { .. } => DomainEvent::ProvisioningFailed,
    })
}

/// Returns how the run ended, if it ended with this change.
pub(super) fn new_run_end<'a>(old: Option<&Org>, new: &'a Org) -> Option<&'a RunEnd> {
    fn end(org: &Org) -> Option<&RunEnd> {
        org.run.as_ref()?.end.as_ref()
    }
    end(new).filter(|it| old.and_then(end) != Some(it))
}

fn trial_extended(old: Option<&Org>, new: &Org) -> impl Iterator<Item = DomainEvent> {
    let before = old.and_then(Org::current_trial).map_or(0, |trial| trial.extensions.len());
    let extensions = new.current_trial().into_iter().flat_map(|trial| &trial.extensions).skip(before);
    extensions.map(|extension| DomainEvent::TrialExtended { days: extension.days.get() })
}

/// Returns the events of the notices about the trial that `new` added to the outbox.
fn announced(old: Option<&Org>, new: &Org) -> impl Iterator<Item = DomainEvent> {
    let added = new.outbox.0.keys().filter(move |key| old.is_none_or(|old| !old.outbox.0.contains_key(key)));
    added.filter_map(|key| match key {
        NoticeKey::Welcome
        | NoticeKey::Verify
        | NoticeKey::WelcomeAgain { .. }
        | NoticeKey::PaymentFailed { .. }
        | NoticeKey::PlanStarted { .. }
        | NoticeKey::MembershipChanged { .. }
        | NoticeKey::EmailChanged { .. } => None,
        NoticeKey::TrialEnding { ends_at, days } => {
            // A reminder can announce an end that is not the end of the current trial. Such a
            // reminder causes no event, and the mailer drops its email instead of claiming it.
            let before = just_before(*ends_at);
            let current = new.trial_ends_at(before) == Some(*ends_at) && !new.trial_is_canceled(before);
            current.then_some(DomainEvent::TrialEnding { days: *days })
        }
        NoticeKey::TrialEnded { .. } => {
            Some(DomainEvent::TrialExpired { payment_method: new.billing.has_billing_info() })
        }
    })
}

fn subscription_changed(old: Option<&Org>, new: &Org) -> Option<DomainEvent> {
    let status = new.recorded_billing_status();
    if status == old.and_then(Org::recorded_billing_status) {
        return None;
    }
    match status {
        Some(SubscriptionStatus::Active) => Some(DomainEvent::SubscriptionActivated),
        Some(SubscriptionStatus::PastDue) => Some(DomainEvent::SubscriptionPastDue),
        Some(SubscriptionStatus::Canceled) => Some(DomainEvent::SubscriptionCanceled),
        // The subscription was moved to another organization.
        None if new.billing.moved_away() => Some(DomainEvent::SubscriptionCanceled),
        _ => None,
    }
}

fn mail_failed(old: Option<&Org>, new: &Org) -> impl Iterator<Item = DomainEvent> {
    let all = new.outbox.0.iter().flat_map(|(key, recipients)| recipients.iter().map(move |it| (key, it)));
    all.filter_map(move |(key, (user, delivery))| {
        let Delivery::Failed { why, .. } = delivery else { return None };
        let before = old.and_then(|old| old.outbox.0.get(key)?.get(user));
        let failed_before = matches!(before, Some(Delivery::Failed { .. }));
        (!failed_before).then_some(DomainEvent::MailFailed { kind: key.kind(), why: *why })
    })
}

/// Returns the completed tasks that the organization sees.
fn done(org: &Org) -> BTreeSet<&'static str> {
    org.progress_at_any_time().done().map(|(task, _)| task.key).collect()
}

/// Returns the last moment before `end`.
fn just_before(end: Timestamp) -> Timestamp {
    end.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(end)
}
