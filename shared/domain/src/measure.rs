//! Measures: what a change of an organization says about how well onboarding goes.
//!
//! Each is decided from two states of one organization, as [`crate::event::between`] decides what happened, so each is
//! told once for each change, by whoever sees all changes. `docs/metrics.md` says what is made of them.

use jiff::{SignedDuration, Timestamp};

use crate::{
    billing::SubscriptionStatus,
    checklist::{Completion, Source},
    notice::NoticeKey,
    org::Org,
};

/// Within how long of provisioning a checklist is to be completed.
pub const IN_TIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Something that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The team did its first task itself.
    FirstValue {
        /// This long after the sign-up.
        after: SignedDuration,
    },
    /// Every task is completed or skipped. One who takes a skip back and skips again completes twice.
    Completed {
        /// This long after provisioning.
        after: SignedDuration,
    },
    /// The first payment of an organization whose trial had not come to nothing before.
    TrialConverted,
    /// The first payment of an organization whose trial had ended or was left unpaid.
    TrialRecovered,
    /// A subscription that was to begin with the rest of the trial ended before anything was paid. Such a trial has no
    /// end of its own: it never counts as expired.
    TrialLeft,
}

/// What the change from `old` (`None` before the organization was) to `new` says, in a fixed order.
#[must_use]
pub fn measures(old: Option<&Org>, new: &Org) -> Vec<Measure> {
    let tells = [first_value, completed, payment, left];
    tells.into_iter().filter_map(|tell| tell(old, new)).collect()
}

fn first_value(old: Option<&Org>, new: &Org) -> Option<Measure> {
    if old.and_then(first_own_tick).is_some() {
        return None;
    }
    let at = first_own_tick(new)?;
    Some(Measure::FirstValue { after: between(new.signed_up_at, at) })
}

/// When the team first did a task of its checklist itself. That it paid is no value that it got.
fn first_own_tick(org: &Org) -> Option<Timestamp> {
    let own = |tick: &&Completion| match tick.source {
        Source::Manual | Source::Event | Source::Invitation => true,
        Source::Billing => false,
    };
    org.progress_at_any_time().done().map(|(_, tick)| tick).filter(own).map(|tick| tick.at).min()
}

fn completed(old: Option<&Org>, new: &Org) -> Option<Measure> {
    let at = new.checklist.completed_at?;
    if old.is_some_and(|old| old.checklist.completed_at.is_some()) {
        return None;
    }
    let begun = new.provisioned.as_ref().map_or(new.signed_up_at, |provisioned| provisioned.at);
    Some(Measure::Completed { after: between(begun, at) })
}

fn payment(old: Option<&Org>, new: &Org) -> Option<Measure> {
    let paid_before = old.is_some_and(|old| old.billing.ever_paid());
    if paid_before || !new.billing.ever_paid() || new.trial.is_none() {
        return None;
    }
    let lost = old.is_some_and(|old| has_expired(old) || has_left(old));
    Some(if lost { Measure::TrialRecovered } else { Measure::TrialConverted })
}

fn left(old: Option<&Org>, new: &Org) -> Option<Measure> {
    (has_left(new) && !old.is_some_and(has_left) && !has_expired(new)).then_some(Measure::TrialLeft)
}

/// Whether a trial of it came to its end unpaid.
fn has_expired(org: &Org) -> bool {
    org.outbox.0.keys().any(|key| matches!(key, NoticeKey::TrialEnded { .. }))
}

/// Whether it has a trial, subscribed with it, and left before it paid.
fn has_left(org: &Org) -> bool {
    let billing = &org.billing;
    let ended = billing.status() == Some(SubscriptionStatus::Canceled);
    org.trial.is_some() && ended && billing.needs_provisioning() && !billing.ever_paid()
}

fn between(from: Timestamp, to: Timestamp) -> SignedDuration {
    to.duration_since(from).max(SignedDuration::ZERO)
}
