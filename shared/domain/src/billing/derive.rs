//! Derived billing values: status, plan, dates, and payment issues, computed from the facts.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Billing, Conflict, CustomerId, END_GRACE, Invoice, InvoiceId, Issue, IssueKind, Item, Money, Pause, Plan,
    Subscription, SubscriptionFact, SubscriptionId, SubscriptionStatus, TRIAL_GRACE,
};
use crate::time::add;

/// The subscription that determines the organization's status.
#[derive(Clone, Copy, Debug)]
pub(super) struct Best<'a> {
    pub id: &'a SubscriptionId,
    pub status: SubscriptionStatus,
    pub subscription: &'a Subscription,
    /// The fact that determines the status. `None` while only payments mention the subscription.
    pub fact: Option<&'a SubscriptionFact>,
}

impl Billing {
    // ---- who owns it ----

    /// Returns whether a subscription counts for the organization.
    #[must_use]
    pub fn owns(&self, subscription: &SubscriptionId) -> bool {
        self.subscriptions.get(subscription).is_some_and(Subscription::counts)
    }

    // ---- what begins ----

    /// Returns whether the organization must be provisioned: a subscription that counts or once
    /// counted began, or a one-off invoice of more than 0 was paid. The value never returns to
    /// false.
    #[must_use]
    pub fn needs_provisioning(&self) -> bool {
        self.was_subscribed() || self.one_off_paid_at.is_some()
    }

    /// Returns whether a subscription that counts or once counted ever began.
    #[must_use]
    pub fn was_subscribed(&self) -> bool {
        self.first_paid_at.is_some() || self.subscriptions.values().any(Subscription::began)
    }

    /// Returns whether a subscription that counts began, so that it replaced Onramp's trial. A
    /// subscription that was moved away does not replace it.
    pub(crate) fn has_replaced_trial(&self) -> bool {
        self.first_paid_at.is_some() || self.subscriptions.values().any(|it| it.began() && it.counts())
    }

    /// Returns whether the tenancy began with a one-off invoice, before any subscription began.
    pub(crate) fn began_with_one_off(&self) -> bool {
        self.one_off_paid_at.is_some() && self.began_at() == self.one_off_paid_at
    }

    /// Returns when the first subscription began, or when the first one-off invoice was paid.
    #[must_use]
    pub fn began_at(&self) -> Option<Timestamp> {
        let began = self.subscriptions.values().filter(|it| it.began()).filter_map(|it| it.first_live_at);
        began.chain(self.first_paid_at).chain(self.one_off_paid_at).min()
    }

    /// Returns the subscriptions that began.
    pub(crate) fn begun(&self) -> BTreeSet<SubscriptionId> {
        self.subscriptions.iter().filter(|(_, it)| it.began()).map(|(id, _)| id.clone()).collect()
    }

    // ---- what ends ----

    /// Returns the best status of the subscriptions that count; `None` if none has a status.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Option<SubscriptionStatus> {
        Some(self.best(now)?.status)
    }

    /// Returns whether a subscription began here and was then moved to another organization.
    #[must_use]
    pub fn moved_away(&self) -> bool {
        self.subscriptions.values().any(Subscription::moved_away)
    }

    /// Returns whether a subscription is alive. While a subscription is alive, the trial sweep
    /// ignores Onramp's trial.
    #[must_use]
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.statuses(now).any(|(_, status, _)| status.is_alive())
    }

    /// Returns whether a subscription is alive or can still be paid. In that case Onramp sells no
    /// second subscription.
    #[must_use]
    pub fn has_subscription(&self, now: Timestamp) -> bool {
        self.statuses(now).any(|(_, status, _)| !status.is_over())
    }

    /// Returns the subscriptions that are alive.
    #[must_use]
    pub fn alive(&self, now: Timestamp) -> BTreeSet<&SubscriptionId> {
        self.statuses(now).filter(|(_, status, _)| status.is_alive()).map(|(id, ..)| id).collect()
    }

    /// Returns the customer of the best subscription that is not over.
    pub(crate) fn subscriber(&self, now: Timestamp) -> Option<&CustomerId> {
        self.best(now).filter(|best| !best.status.is_over()).map(|best| &best.subscription.customer)
    }

    /// Returns whether the customer of the best subscription is linked to another organization, so
    /// that the admins cannot open its portal.
    #[must_use]
    pub fn is_managed_by_team(&self, now: Timestamp) -> bool {
        self.best(now).is_some_and(|best| !best.status.is_over() && best.subscription.linked_to.is_some())
    }

    /// Returns the trial end of the best subscription, in whole seconds. It may lie in the past.
    #[must_use]
    pub fn trial_ends_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.best(now)?.fact?.trial_end
    }

    /// Returns when the best subscription is scheduled to end.
    #[must_use]
    pub fn cancel_at(&self, now: Timestamp) -> Option<Timestamp> {
        let best = self.best(now)?;
        // Stripe ends a subscription at this time. If a much later event reports that it is alive,
        // the time does not apply.
        best.fact?.cancel_at.filter(|at| best.subscription.newest() <= Some(add(*at, END_GRACE)))
    }

    /// Returns the payment pause of the best subscription. Returns `None` if payments are not
    /// paused, or if no subscription is alive.
    #[must_use]
    pub fn paused(&self, now: Timestamp) -> Option<Pause> {
        self.is_alive(now).then(|| self.best(now)?.fact?.paused)?
    }

    /// Returns whether the trial of the best subscription ended more than a day ago and no event
    /// reported what followed.
    #[must_use]
    pub fn is_unconfirmed(&self, now: Timestamp) -> bool {
        self.best(now).is_some_and(|best| {
            best.status == SubscriptionStatus::Trialing && best.subscription.trial_passed(TRIAL_GRACE, now)
        })
    }

    /// Returns whether the best subscription counts as past due only because its trial ended and no
    /// event reported what followed.
    #[must_use]
    pub fn is_overdue_by_date(&self, now: Timestamp) -> bool {
        self.best(now).is_some_and(|best| {
            let trialing = best.fact.is_some_and(|fact| fact.status == SubscriptionStatus::Trialing);
            best.status == SubscriptionStatus::PastDue && trialing
        })
    }

    /// Returns the times at which the status or a text changes although no event arrives.
    pub(crate) fn passing_dates(&self) -> impl Iterator<Item = Timestamp> {
        let counting = self.subscriptions.values().filter(|it| it.counts());
        counting.flat_map(Subscription::passing_dates).map(|(date, _)| date)
    }

    /// Returns the item of the best subscription that has the price of a plan.
    #[must_use]
    pub fn plan_item(&self, now: Timestamp) -> Option<&Item> {
        self.best(now)?.fact?.plan_item()
    }

    /// Returns the plan of the best subscription.
    #[must_use]
    pub fn plan(&self, now: Timestamp) -> Option<Plan> {
        self.plan_item(now)?.plan
    }

    /// Returns the id of the best subscription.
    #[must_use]
    pub fn current(&self, now: Timestamp) -> Option<&SubscriptionId> {
        Some(self.best(now)?.id)
    }

    /// Returns the best subscription, if it has a plan and is active or in its trial.
    pub(crate) fn running(&self, now: Timestamp) -> Option<&SubscriptionId> {
        let live = [SubscriptionStatus::Active, SubscriptionStatus::Trialing];
        let best = self.best(now).filter(|best| live.contains(&best.status))?;
        best.fact?.plan_item()?.plan.map(|_| best.id)
    }

    // ---- payments ----

    /// Returns the open issue of the newest invoice that has an open issue.
    #[must_use]
    pub fn issue(&self) -> Option<Issue> {
        self.issues().last()
    }

    /// Returns whether a one-off invoice, or an invoice of a subscription that counts or once
    /// counted, was paid with more than 0. The value never returns to false.
    #[must_use]
    pub fn ever_paid(&self) -> bool {
        let paid = |it: &Subscription| it.ever_counted() && it.paid_at.is_some();
        self.subscriptions.values().any(paid) || self.paid_through.is_some() || self.one_off_paid_at.is_some()
    }

    /// Returns the creation time of the newest stored event about a subscription or its payment.
    #[must_use]
    pub fn last_event_at(&self) -> Option<Timestamp> {
        let counted = self.subscriptions.values().filter(|it| it.ever_counted());
        counted.flat_map(|it| [it.newest(), it.paid_at]).chain([self.first_paid_at]).flatten().max()
    }

    /// Returns whether Stripe received payment details: a Checkout was completed, or an invoice of
    /// more than 0 was paid.
    #[must_use]
    pub fn has_billing_info(&self) -> bool {
        self.ever_paid() || self.checkout_at.is_some()
    }

    /// Returns whether the organization's customer was deleted at Stripe.
    ///
    /// Without a linked customer, this is true if a customer was deleted and every subscription
    /// belongs to a deleted customer. After a new customer is linked, the result stays true until
    /// the new customer pays an invoice of more than 0.
    #[must_use]
    pub fn customer_deleted(&self) -> bool {
        match &self.customer {
            Some(linked) if self.deleted_customers.contains(linked) => true,
            Some(linked) => !self.former_customers.is_empty() && !self.was_paid_by(linked),
            None => {
                let gone =
                    |subscription: &Subscription| self.deleted_customers.contains(&subscription.customer);
                !self.deleted_customers.is_empty() && self.subscriptions.values().all(gone)
            }
        }
    }

    /// Returns whether a customer paid an invoice of more than 0 of a subscription that counts.
    fn was_paid_by(&self, customer: &CustomerId) -> bool {
        self.subscriptions.values().any(|it| it.counts() && it.customer == *customer && it.paid_at.is_some())
    }

    /// Returns the creation time of the newest paid invoice of more than 0. Issues of older invoices
    /// are settled.
    #[must_use]
    pub fn paid_through(&self) -> Option<Timestamp> {
        let counting = self.subscriptions.values().filter(|it| it.counts());
        counting.filter_map(|it| it.paid_through).chain(self.paid_through).max()
    }

    /// Returns the open issue of an invoice, and the time at which the issue began.
    ///
    /// Returns `None` if the invoice has no open issue, if its subscription is over, or if its
    /// customer was deleted. In these cases Stripe no longer collects the invoice, so Onramp must
    /// not ask the admins to pay it.
    #[must_use]
    pub fn awaited_payment(&self, invoice: &InvoiceId, now: Timestamp) -> Option<(IssueKind, Timestamp)> {
        let invoice = self.invoices.get(invoice)?;
        let issue = self.open_issue(invoice)?;
        if invoice.subscription.as_ref().is_some_and(|id| self.ended.contains(id.as_str())) {
            return None;
        }
        let billed = invoice.subscription.as_ref().and_then(|id| self.subscriptions.get(id));
        let over = match billed {
            Some(billed) if billed.ended_at.is_some() => true,
            Some(billed) => match self.derived_status(billed, now) {
                Some(status) => status.is_over(),
                None => self.customer_deleted(),
            },
            None => self.customer_deleted(),
        };
        (!over).then_some(issue)
    }

    /// Returns the amount of an invoice that is still to be paid, if it is known.
    #[must_use]
    pub fn amount_due(&self, invoice: &InvoiceId) -> Option<Money> {
        self.invoices.get(invoice)?.due.map(|(_, due)| due)
    }

    /// Returns when Stripe tries again to collect an invoice; `None` if it does not, or if that time
    /// has passed.
    #[must_use]
    pub fn next_attempt(&self, invoice: &InvoiceId, now: Timestamp) -> Option<Timestamp> {
        self.invoices.get(invoice)?.next_attempt?.1.filter(|at| *at > now)
    }

    /// Returns the open issues, ordered by the creation time of their invoices, the oldest first. A
    /// payment settles its own invoice. A payment of more than 0 also settles all older invoices.
    pub(super) fn issues(&self) -> impl Iterator<Item = Issue> {
        let mut open: Vec<_> = self
            .invoices
            .iter()
            .filter_map(|(id, invoice)| {
                let (kind, since) = self.open_issue(invoice)?;
                let due = invoice.due.map(|(_, due)| due);
                let next_attempt = invoice.next_attempt.and_then(|(_, next)| next);
                Some((invoice.created, Issue { kind, invoice: id.clone(), since, due, next_attempt }))
            })
            .collect();
        open.sort_by_key(|(created, _)| *created);
        open.into_iter().map(|(_, issue)| issue)
    }

    /// Returns the issue of an invoice. Returns `None` if its subscription does not count, or if a
    /// newer invoice was paid with more than 0.
    pub(super) fn open_issue(&self, invoice: &Invoice) -> Option<(IssueKind, Timestamp)> {
        let settled = self.paid_through().is_some_and(|paid| invoice.created < paid);
        invoice.issue().filter(|_| !settled && self.invoice_counts(invoice))
    }

    /// Returns whether an invoice counts: it is a one-off, or its subscription counts.
    fn invoice_counts(&self, invoice: &Invoice) -> bool {
        let billed = invoice.subscription.as_ref().and_then(|id| self.subscriptions.get(id));
        billed.is_none_or(Subscription::counts)
    }

    // ---- contradictions ----

    /// Returns all conflicts: the stored conflicts, and the conflicts that follow from the facts.
    #[must_use]
    pub fn conflicts(&self) -> BTreeSet<Conflict> {
        // If the linked customer was deleted, an event about its successor may arrive before the
        // successor is linked. Such an event is not a conflict.
        let linked = self.customer.as_ref().filter(|linked| !self.deleted_customers.contains(*linked));
        let other_customers = self
            .subscriptions
            .values()
            .filter(|subscription| {
                subscription.ever_counted()
                    && subscription.linked_to.is_none()
                    && linked.is_some_and(|linked| *linked != subscription.customer)
                    && !self.former_customers.contains(&subscription.customer)
            })
            .map(|subscription| Conflict::Customer { customer: subscription.customer.clone() });
        let contested = self
            .subscriptions
            .values()
            .flat_map(|subscription| subscription.facts.values().flatten())
            .filter(|(_, stored)| stored.contested)
            .map(|(event, _)| Conflict::Content { event: event.clone() });
        other_customers.chain(contested).chain(self.noted.iter().cloned()).collect()
    }

    // ---- the best subscription ----

    /// Returns each subscription that counts and has a status, with the status.
    fn statuses(
        &self,
        now: Timestamp,
    ) -> impl Iterator<Item = (&SubscriptionId, SubscriptionStatus, &Subscription)> {
        self.subscriptions.iter().filter_map(move |(id, subscription)| {
            Some((id, self.derived_status(subscription, now)?, subscription))
        })
    }

    /// Returns the status of a subscription. A subscription of a deleted customer counts as
    /// canceled.
    fn derived_status(&self, subscription: &Subscription, now: Timestamp) -> Option<SubscriptionStatus> {
        let status = subscription.status(now).filter(|_| subscription.counts())?;
        let over = self.deleted_customers.contains(&subscription.customer);
        Some(if over { SubscriptionStatus::Canceled } else { status })
    }

    /// Returns the best subscription. Of two subscriptions with the same status, it is the one with
    /// the newer event.
    pub(super) fn best(&self, now: Timestamp) -> Option<Best<'_>> {
        let (id, status, subscription) =
            self.statuses(now).max_by_key(|(_, status, subscription)| (*status, subscription.newest()))?;
        Some(Best { id, status, subscription, fact: subscription.effective_fact() })
    }
}
