//! What happens next: the one function behind every text that announces a charge or an end.

use jiff::Timestamp;

use super::{Billing, InvoiceId, Money, SubscriptionId, SubscriptionStatus, derive::Best};
use crate::{
    org::Org,
    time::{DAY, add},
};

/// The next billing event of an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextBillingEvent {
    /// Kind of the event.
    pub kind: NextKind,
    /// When it happens; for an overdue payment, since when. `None` if the time is not known.
    pub at: Option<Timestamp>,
    /// Amount of the charge. `None` if there is no charge, or if its amount is not certain.
    pub amount: Option<Money>,
}

/// Kind of the next billing event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextKind {
    /// The trial ends, and no charge follows.
    TrialEnds,
    /// The trial ends, and the first payment is taken.
    PlanStarts,
    /// The plan renews, and the next payment is taken.
    Renews,
    /// The plan ends at its scheduled end.
    Ends,
    /// A payment is on its way, such as a bank debit.
    PaymentPending,
    /// A payment failed or is late.
    PaymentOverdue,
    /// The plan continues only with a payment method.
    NeedsPaymentMethod,
}

impl NextKind {
    /// Returns the value in JSON responses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TrialEnds => "trial_ends",
            Self::PlanStarts => "plan_starts",
            Self::Renews => "renews",
            Self::Ends => "ends",
            Self::PaymentPending => "payment_pending",
            Self::PaymentOverdue => "payment_overdue",
            Self::NeedsPaymentMethod => "needs_payment_method",
        }
    }
}

impl Org {
    /// Returns the next billing event at `now`. Returns `None` if nothing will be charged and
    /// nothing will end.
    #[must_use]
    pub fn next_billing_event(&self, now: Timestamp) -> Option<NextBillingEvent> {
        if self.awaits_customer(now) {
            return Some(NextBillingEvent { kind: NextKind::PaymentPending, at: None, amount: None });
        }
        if self.own_trial_counts(now) {
            let at = self.trial.as_ref().map(|trial| trial.ends_at);
            return Some(NextBillingEvent { kind: NextKind::TrialEnds, at, amount: None });
        }
        self.billing.next(now)
    }

    /// Returns whether the plan ends with the trial, so that no reminder is sent.
    pub(crate) fn trial_is_canceled(&self, now: Timestamp) -> bool {
        self.next_billing_event(now).is_some_and(|next| next.kind == NextKind::Ends)
    }
}

impl Billing {
    fn next(&self, now: Timestamp) -> Option<NextBillingEvent> {
        let best = self.best(now)?;
        let event = |kind, at, amount| Some(NextBillingEvent { kind, at, amount });
        let pending = |at: Option<Timestamp>| event(NextKind::PaymentPending, at, None);
        let issue = self.issues().filter(|issue| self.bills(&issue.invoice, best.id)).last();
        let has_issue = issue.is_some();
        let overdue = || {
            let trial = best.fact.filter(|fact| fact.status == SubscriptionStatus::Trialing);
            let at = issue.as_ref().map(|issue| issue.since).or(trial.and_then(|fact| fact.trial_end));
            event(NextKind::PaymentOverdue, at, issue.as_ref().and_then(|issue| issue.due))
        };
        let cancel_at = self.cancel_at(now);
        match best.status {
            SubscriptionStatus::Trialing => {
                let fact = best.fact?;
                let trial_end = fact.trial_end?;
                match cancel_at {
                    Some(at) if at <= trial_end => event(NextKind::Ends, Some(at), None),
                    // Without collection, the end of the trial brings no charge.
                    _ if fact.paused.is_some() => event(NextKind::TrialEnds, Some(trial_end), None),
                    _ if fact.lacks_payment_method => {
                        event(NextKind::NeedsPaymentMethod, Some(trial_end), None)
                    }
                    _ if trial_end <= now => pending(Some(trial_end)),
                    _ => event(NextKind::PlanStarts, Some(trial_end), self.charge(best, trial_end)),
                }
            }
            SubscriptionStatus::Active if has_issue => overdue(),
            SubscriptionStatus::Active if self.is_payment_pending(best) => pending(None),
            SubscriptionStatus::Active => {
                let renewal = best.fact.and_then(|fact| fact.plan_item()?.period_end);
                match cancel_at {
                    // A scheduled end after the current period leaves room for a renewal before it.
                    Some(at) if renewal.is_none_or(|renewal| at <= renewal) => {
                        event(NextKind::Ends, Some(at), None)
                    }
                    _ if best.fact.is_some_and(|fact| fact.paused.is_some()) => None,
                    _ => {
                        let at = renewal.filter(|at| *at > now)?;
                        event(NextKind::Renews, Some(at), self.charge(best, at))
                    }
                }
            }
            SubscriptionStatus::PastDue | SubscriptionStatus::Unpaid => overdue(),
            SubscriptionStatus::Paused => event(NextKind::NeedsPaymentMethod, None, None),
            SubscriptionStatus::Incomplete if has_issue => overdue(),
            SubscriptionStatus::Incomplete => pending(None),
            SubscriptionStatus::Canceled | SubscriptionStatus::IncompleteExpired => None,
        }
    }

    /// Returns whether an invoice is one of a subscription.
    fn bills(&self, invoice: &InvoiceId, subscription: &SubscriptionId) -> bool {
        self.invoices.get(invoice).is_some_and(|it| it.subscription.as_ref() == Some(subscription))
    }

    /// Returns the amount of the charge at `date`.
    ///
    /// Stripe's announcement of the invoice states it. Otherwise it is the amount of the only item,
    /// if neither a discount nor a tax changes it.
    fn charge(&self, best: Best<'_>, date: Timestamp) -> Option<Money> {
        // The announcement can state the start of the invoice's finalization, one hour later.
        let announced = best.subscription.upcoming.as_ref();
        let announced = announced.filter(|it| (add(date, -DAY)..=add(date, DAY)).contains(&it.date));
        announced.map(|it| it.amount).or_else(|| {
            let fact = best.fact.filter(|fact| fact.fixed_amount)?;
            let [item] = fact.items.as_slice() else { return None };
            item.amount
        })
    }

    /// Returns whether the newest invoice of an active subscription is not paid yet, although no
    /// payment failed.
    fn is_payment_pending(&self, Best { subscription, fact, .. }: Best<'_>) -> bool {
        // If the subscription was moved here, the other organization has its earlier payments.
        let moved = subscription.named_other.is_some() || subscription.linked_to.is_some();
        let Some(paid) = &subscription.last_paid else { return !moved };
        // An earlier version of the code did not store which invoice was paid.
        let (Some(paid_id), Some(latest)) =
            (&paid.invoice, fact.and_then(|fact| fact.latest_invoice.as_ref()))
        else {
            return false;
        };
        let paid_later = subscription.newest().is_none_or(|newest| paid.created >= newest);
        let settled = self.invoices.get(latest).is_some_and(super::Invoice::is_settled);
        paid_id != latest && !paid_later && !settled
    }
}
