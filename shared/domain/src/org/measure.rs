//! Product measures, derived from two successive states of an organization.
//!
//! Like [`crate::org::DomainEvent`], each function compares two stored states. A repeated request
//! does not change the stored state, so it is not measured again. `docs/metrics.md` defines the
//! metrics.

use jiff::{SignedDuration, Timestamp};

use super::{Org, event::new_run_end};
use crate::{
    billing::SubscriptionStatus,
    checklist::{Completion, Source},
    mail::NoticeKey,
    provisioning::RunEnd,
};

/// Target duration from provisioning to a complete checklist.
pub const COMPLETION_TARGET: SignedDuration = SignedDuration::from_hours(7 * 24);

/// One measured fact about a change of an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The team completed its first task.
    FirstValue {
        /// Duration since the sign-up.
        after: SignedDuration,
    },
    /// Every task is completed or skipped. A reopened checklist counts again when it is complete.
    Completed {
        /// Duration since the provisioning.
        after: SignedDuration,
    },
    /// The provisioning steps are done.
    Ready {
        /// Duration since the provisioning.
        after: SignedDuration,
    },
    /// The run of the provisioning steps failed.
    RunFailed,
    /// The first payment of an organization that has or had a trial, unless it is a
    /// [`Self::TrialRecovered`].
    TrialConverted,
    /// The first payment of an organization after its trial expired, or after a subscription that
    /// took over the trial ended before any payment.
    TrialRecovered,
    /// A subscription that took over the rest of the trial ended before any payment. An
    /// organization whose trial expired before is not counted here.
    TrialLeft,
}

/// Returns the measures of the change from `old` to `new` in a fixed order. `old` is `None` for a
/// new organization.
#[must_use]
pub fn measures(old: Option<&Org>, new: &Org) -> Vec<Measure> {
    // What an imported organization did before its import is not measured.
    if new.is_import_open() {
        return Vec::new();
    }
    let old = old.filter(|old| !old.is_import_open());
    if old.is_none() && new.imported_at.is_some() {
        return Vec::new();
    }
    let rules = [run_end, first_value, completed, payment, left];
    rules.into_iter().filter_map(|rule| rule(old, new)).collect()
}

fn run_end(old: Option<&Org>, new: &Org) -> Option<Measure> {
    Some(match new_run_end(old, new)? {
        RunEnd::Ready { at } => Measure::Ready { after: between(new.provisioned.as_ref()?.at, *at) },
        RunEnd::Failed { .. } => Measure::RunFailed,
    })
}

fn first_value(old: Option<&Org>, new: &Org) -> Option<Measure> {
    if new.imported_at.is_some() || old.and_then(first_own_completion).is_some() {
        return None;
    }
    let at = first_own_completion(new)?;
    Some(Measure::FirstValue { after: between(new.signed_up_at, at) })
}

/// Returns the time at which the team itself first completed a shown task. Returns `None` if it
/// completed none. A task that a payment completed does not count.
fn first_own_completion(org: &Org) -> Option<Timestamp> {
    let own = |completion: &&Completion| match completion.source {
        Source::Manual | Source::Event | Source::Invitation => true,
        Source::Billing => false,
    };
    org.progress_at_any_time()
        .done()
        .map(|(_, completion)| completion)
        .filter(own)
        .map(|completion| completion.at)
        .min()
}

fn completed(old: Option<&Org>, new: &Org) -> Option<Measure> {
    let at = new.checklist.completed_at?;
    if new.imported_at.is_some() || old.is_some_and(|old| old.checklist.completed_at.is_some()) {
        return None;
    }
    let begun = new.provisioned.as_ref().map_or(new.signed_up_at, |provisioned| provisioned.at);
    Some(Measure::Completed { after: between(begun, at) })
}

fn payment(old: Option<&Org>, new: &Org) -> Option<Measure> {
    let paid_before = old.is_some_and(|old| old.billing.ever_paid());
    if paid_before || !new.billing.ever_paid() || new.current_trial().is_none() {
        return None;
    }
    let was_lost = old.is_some_and(|old| has_expired(old) || has_left(old));
    Some(if was_lost { Measure::TrialRecovered } else { Measure::TrialConverted })
}

fn left(old: Option<&Org>, new: &Org) -> Option<Measure> {
    (has_left(new) && !old.is_some_and(has_left) && !has_expired(new)).then_some(Measure::TrialLeft)
}

/// Returns whether a trial ended without a payment.
fn has_expired(org: &Org) -> bool {
    org.outbox.0.keys().any(|key| matches!(key, NoticeKey::TrialEnded { .. }))
}

/// Returns whether the organization subscribed during its trial and canceled before the first
/// payment.
fn has_left(org: &Org) -> bool {
    let ended = org.recorded_billing_status() == Some(SubscriptionStatus::Canceled);
    org.current_trial().is_some() && ended && !org.billing.ever_paid()
}

fn between(from: Timestamp, to: Timestamp) -> SignedDuration {
    to.duration_since(from).max(SignedDuration::ZERO)
}
