//! The sentence about the next charge or end. Every page takes it from here, so no two texts
//! contradict each other.

use domain::{
    billing::{NextBillingEvent, NextKind},
    org::Org,
    status::Status,
};
use jiff::Timestamp;

use crate::words::next as words;

/// Returns the sentence about what happens next. Returns `None` if nothing will be charged and
/// nothing will end.
#[must_use]
pub fn sentence(org: &Org, now: Timestamp) -> Option<String> {
    if org.billing.is_unconfirmed(now) {
        return Some(words::CONFIRMING.to_owned());
    }
    let NextBillingEvent { kind, at, amount } = org.next_billing_event(now)?;
    let date = at.map(|at| org.zone.date(at));
    Some(match (kind, date) {
        (NextKind::TrialEnds, date) => words::trial_ends(date),
        (NextKind::PlanStarts, date) => words::plan_starts(date, amount),
        (NextKind::Renews, date) => words::renews(date, amount),
        (NextKind::Ends, date) if org.status(now) == Status::Trialing => {
            words::trial_ends_without_charge(date)
        }
        (NextKind::Ends, date) => words::ends(date),
        (NextKind::PaymentPending, _) => words::PAYMENT_PENDING.to_owned(),
        (NextKind::PaymentOverdue, date) => words::overdue(date, amount),
        (NextKind::NeedsPaymentMethod, date) => words::needs_payment_method(date),
    })
}
