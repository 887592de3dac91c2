//! Derived billing values: status, trial end, plan, and payment issues, computed from the facts.

use jiff::Timestamp;

use super::{
    Billing, CustomerId, Invoice, InvoiceId, Issue, IssueKind, Pause, Subscription, SubscriptionFact,
    SubscriptionStatus,
};

impl Billing {
    /// Returns the best status of the subscriptions; `None` if no subscription has a status.
    #[must_use]
    pub fn status(&self) -> Option<SubscriptionStatus> {
        self.statuses().map(|(status, _)| status).max()
    }

    /// Returns whether a subscription is alive. While a subscription is alive, the trial sweep
    /// ignores Onramp's trial.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.statuses().any(|(status, _)| status.is_alive())
    }

    /// Returns whether a subscription is alive or can still be paid. In that case Onramp sells no
    /// second subscription.
    #[must_use]
    pub fn has_subscription(&self) -> bool {
        self.statuses().any(|(status, _)| !status.is_over())
    }

    /// Returns the customer of the best subscription that is not over.
    pub(crate) fn subscriber(&self) -> Option<&CustomerId> {
        let open = self.statuses().filter(|(status, _)| !status.is_over());
        Some(&open.max_by_key(|(status, subscription)| (*status, subscription.newest))?.1.customer)
    }

    /// Returns the trial end of the best subscription, in whole seconds. It may lie in the past.
    #[must_use]
    pub fn trial_ends_at(&self) -> Option<Timestamp> {
        self.best()?.trial_end
    }

    /// Returns when the best subscription is scheduled to end.
    #[must_use]
    pub fn cancel_at(&self) -> Option<Timestamp> {
        self.best()?.cancel_at
    }

    /// Returns the payment pause of the best subscription. Returns `None` if payments are not
    /// paused, or if no subscription is alive.
    #[must_use]
    pub fn paused(&self) -> Option<Pause> {
        self.is_alive().then(|| self.best()?.paused)?
    }

    /// Returns the price id of the best subscription.
    #[must_use]
    pub fn plan(&self) -> Option<&str> {
        self.best()?.plan.as_deref()
    }

    /// Returns the open issue of the newest invoice that has an open issue.
    #[must_use]
    pub fn issue(&self) -> Option<Issue> {
        self.issues().last()
    }

    /// Returns whether any invoice was paid with more than 0.
    #[must_use]
    pub fn ever_paid(&self) -> bool {
        self.paid_through.is_some()
    }

    /// Returns whether a payment was made that causes provisioning. That is a payment of more than
    /// 0, or a payment of 0 for an invoice of a subscription.
    #[must_use]
    pub fn needs_provisioning(&self) -> bool {
        self.first_paid_at.is_some()
    }

    /// Returns the creation time of the newest stored event about a subscription or its payment.
    #[must_use]
    pub fn last_event_at(&self) -> Option<Timestamp> {
        let subscriptions = self.subscriptions.values().flat_map(|it| [it.newest, it.paid_at]);
        subscriptions.chain([self.first_paid_at]).flatten().max()
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

    /// Returns whether a customer paid an invoice of more than 0.
    fn was_paid_by(&self, customer: &CustomerId) -> bool {
        self.subscriptions.values().any(|it| it.customer == *customer && it.paid_at.is_some())
    }

    /// Returns the open issue of an invoice, and the time at which the issue began.
    ///
    /// Returns `None` if the invoice has no open issue, if its subscription is over, or if its
    /// customer was deleted. In these cases Stripe no longer collects the invoice, so Onramp must
    /// not ask the admins to pay it.
    #[must_use]
    pub fn awaited_payment(&self, invoice: &InvoiceId) -> Option<(IssueKind, Timestamp)> {
        let invoice = self.invoices.get(invoice)?;
        let issue = self.open_issue(invoice)?;
        if invoice.subscription.as_ref().is_some_and(|id| self.ended.contains(id.as_str())) {
            return None;
        }
        let billed = invoice.subscription.as_ref().and_then(|id| self.subscriptions.get(id));
        let over = match billed.and_then(|billed| self.derived_status(billed)) {
            Some(status) => status == SubscriptionStatus::Canceled,
            None => self.customer_deleted(),
        };
        (!over).then_some(issue)
    }

    /// Returns the open issues, ordered by the creation time of their invoices, the oldest first. A
    /// payment settles its own invoice. A payment of more than 0 also settles all older invoices.
    pub(super) fn issues(&self) -> impl Iterator<Item = Issue> {
        let mut open: Vec<_> = self
            .invoices
            .iter()
            .filter_map(|(id, invoice)| {
                let (kind, since) = self.open_issue(invoice)?;
                Some((invoice.created, Issue { kind, invoice: id.clone(), since }))
            })
            .collect();
        open.sort_by_key(|(created, _)| *created);
        open.into_iter().map(|(_, issue)| issue)
    }

    /// Returns the issue of an invoice. Returns `None` if a newer invoice was paid with more than
    /// 0.
    pub(super) fn open_issue(&self, invoice: &Invoice) -> Option<(IssueKind, Timestamp)> {
        let settled = self.paid_through.is_some_and(|paid| invoice.created < paid);
        invoice.issue().filter(|_| !settled)
    }

    /// Returns each subscription that has a status, with the status.
    fn statuses(&self) -> impl Iterator<Item = (SubscriptionStatus, &Subscription)> {
        self.subscriptions
            .values()
            .filter_map(|subscription| Some((self.derived_status(subscription)?, subscription)))
    }

    /// Returns the status of a subscription. A subscription of a deleted customer counts as
    /// canceled.
    fn derived_status(&self, subscription: &Subscription) -> Option<SubscriptionStatus> {
        let status = subscription.status()?;
        let over = self.deleted_customers.contains(&subscription.customer);
        Some(if over { SubscriptionStatus::Canceled } else { status })
    }

    /// Returns the fact that determines the status of the best subscription. Returns `None` if
    /// there is no best subscription, or if only payments mention it. Of two subscriptions with the
    /// same status, the subscription with the newer event is the best.
    fn best(&self) -> Option<&SubscriptionFact> {
        self.statuses()
            .max_by_key(|(status, subscription)| (*status, subscription.newest))?
            .1
            .effective_fact()
    }
}
