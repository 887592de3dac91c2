//! The sentence about the next charge or end. Every page takes it from here, so no two texts
//! contradict each other.

use domain::{
    billing::{Issue, IssueKind, NextBillingEvent, NextKind},
    org::{Org, Status},
};
use jiff::Timestamp;
use maud::Markup;
use ui::moment;

use crate::words::{banner, label, next as words, plans};

/// Returns the sentence about what happens next. Returns `None` if nothing will be charged and
/// nothing will end.
pub fn sentence(org: &Org, now: Timestamp) -> Option<String> {
    if org.billing.is_unconfirmed(now) {
        return Some(words::CONFIRMING.to_owned());
    }
    let NextBillingEvent { kind, at, amount } = org.next_billing_event(now)?;
    let (date, plan) = (at.map(|at| org.zone.date(at)), org.plan(now));
    Some(match (kind, date) {
        (NextKind::TrialEnds, date) => words::trial_ends(date),
        (NextKind::PlanStarts, date) => words::plan_starts(plan, date, amount),
        (NextKind::Renews, date) => words::renews(plan, date, amount),
        (NextKind::Ends, _) if at.is_some_and(|at| at <= now) => words::ENDING.to_owned(),
        (NextKind::Ends, date) if org.status(now) == Status::Trialing => {
            words::trial_ends_without_charge(date)
        }
        (NextKind::Ends, date) => words::ends(plan, date),
        (NextKind::PaymentPending, _) => words::PAYMENT_PENDING.to_owned(),
        (NextKind::PaymentOverdue, date) if waits_for_confirmation(org) => words::pending(date, amount),
        (NextKind::PaymentOverdue, date) => words::overdue(date, amount),
        (NextKind::NeedsPaymentMethod, date) => words::needs_payment_method(date),
    })
}

/// Returns whether the open payment waits until an admin confirms it with the bank.
fn waits_for_confirmation(org: &Org) -> bool {
    org.billing.issue().is_some_and(|issue| issue.kind == IssueKind::ActionRequired)
}

/// Returns the plan in use with its price, from the facts of its subscription. Returns `None` without
/// a subscription that is alive, or if its plan is not known.
pub fn plan(org: &Org, now: Timestamp) -> Option<String> {
    let item = org.billing.plan_item(now);
    let amount = item.and_then(|item| item.amount);
    Some(plans::with_price(org.plan(now)?, amount, item.and_then(|item| item.interval)))
}

/// Returns the title of a payment problem, its text with amount, date, and next attempt, and the label
/// of the button that fixes it.
pub fn problem(issue: &Issue, org: &Org, now: Timestamp) -> (&'static str, Markup, &'static str) {
    let since = moment::date(issue.since, &org.zone);
    let next = issue.next_attempt.filter(|next| *next > now).map(|next| moment::date(next, &org.zone));
    match issue.kind {
        IssueKind::PaymentFailed => {
            (banner::PAYMENT_FAILED, banner::payment_failed(issue.due, &since, next), label::UPDATE_PAYMENT)
        }
        IssueKind::ActionRequired => {
            (banner::ACTION_REQUIRED, banner::action_required(issue.due, &since), label::CONFIRM_PAYMENT)
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        billing::{
            Change, CustomerId, FactKind, InvoiceFact, InvoiceId, SubscriptionFact, SubscriptionId,
            SubscriptionStatus,
        },
        time::add,
    };
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{paid, pending, subscribed};

    #[test]
    fn payment_that_needs_a_confirmation_is_pending() {
        let failed = InvoiceFact::Failed { due: None, next_attempt: None };
        let confirm = InvoiceFact::ActionRequired { due: None, next_attempt: None };
        for (fact, state) in [(failed, "overdue"), (confirm, "pending")] {
            let mut view = subscribed(SubscriptionStatus::Active);
            view.now = add(view.now, SignedDuration::from_hours(1));
            let FactKind::Invoice { invoice, subscription, customer, invoice_created, prices, .. } = paid()
            else {
                unreachable!()
            };
            let invoice = InvoiceId::parse(&format!("{}2", invoice.as_str())).unwrap();
            view.record(FactKind::Invoice { invoice, subscription, customer, invoice_created, prices, fact });
            let text = sentence(&view.org, view.now).unwrap();
            assert_eq!(text, format!("A payment has been {state} since January 8, 2025."));
        }
    }

    #[test]
    fn passed_end_is_not_announced_as_a_future_one() {
        let mut view = pending("Acme Corp", "Jo Doe");
        let end = add(view.now, SignedDuration::from_hours(48));
        view.record(FactKind::Subscription {
            subscription: SubscriptionId::parse("sub_1").unwrap(),
            customer: CustomerId::parse("cus_1").unwrap(),
            fact: SubscriptionFact {
                cancel_at: Some(end),
                ..SubscriptionFact::new(Change::Created, SubscriptionStatus::Active)
            },
        });
        view.record(paid());
        for (hours, text) in [
            (47, Some("Your plan ends on January 10, 2025 and won’t renew.")),
            (49, Some("Your plan has reached its end. We’re confirming this with Stripe.")),
            (73, None),
        ] {
            let now = add(view.now, SignedDuration::from_hours(hours));
            assert_eq!(sentence(&view.org, now).as_deref(), text, "after {hours} hours");
        }
    }
}
