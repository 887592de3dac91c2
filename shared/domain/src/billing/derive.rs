//! What the facts amount to.

use jiff::Timestamp;

use super::{
    Billing, CustomerId, Invoice, InvoiceId, Issue, IssueKind, Pause, Subscription, SubscriptionFact,
    SubscriptionStatus,
};

impl Billing {
    /// The best status of its subscriptions; none without a subscription that has one.
    #[must_use]
    pub fn status(&self) -> Option<SubscriptionStatus> {
        self.standings().map(|(status, _)| status).max()
    }

    /// Whether a subscription runs. While one does, no clock of ours ends anything.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.standings().any(|(status, _)| status.is_alive())
    }

    /// Whether there is a subscription that runs or can still be paid: no second one is sold beside it.
    #[must_use]
    pub fn has_subscription(&self) -> bool {
        self.standings().any(|(status, _)| !status.is_over())
    }

    /// Whose the subscription is that is not over, and counts.
    pub(crate) fn subscriber(&self) -> Option<&CustomerId> {
        let open = self.standings().filter(|(status, _)| !status.is_over());
        Some(&open.max_by_key(|(status, subscription)| (*status, subscription.newest))?.1.customer)
    }

    /// When the trial of the subscription that counts ends or ended, in whole seconds.
    #[must_use]
    pub fn trial_ends_at(&self) -> Option<Timestamp> {
        self.best()?.trial_end
    }

    /// When the subscription that counts will end by itself.
    #[must_use]
    pub fn cancel_at(&self) -> Option<Timestamp> {
        self.best()?.cancel_at
    }

    /// The pause of the payments for the subscription that counts, while it lives.
    #[must_use]
    pub fn paused(&self) -> Option<Pause> {
        self.is_alive().then(|| self.best()?.paused)?
    }

    /// The price that the subscription that counts is for.
    #[must_use]
    pub fn plan(&self) -> Option<&str> {
        self.best()?.plan.as_deref()
    }

    /// What is wrong with a payment: with the newest invoice that has an open issue.
    #[must_use]
    pub fn issue(&self) -> Option<Issue> {
        self.issues().last()
    }

    /// Whether an invoice was ever paid with more than 0.
    #[must_use]
    pub fn ever_paid(&self) -> bool {
        self.paid_through.is_some()
    }

    /// Whether an invoice was ever paid that provisions: more than 0, or 0 on a subscription.
    #[must_use]
    pub fn needs_provisioning(&self) -> bool {
        self.first_paid_at.is_some()
    }

    /// When an event that still counts last spoke of a subscription or of its payment.
    #[must_use]
    pub fn last_event_at(&self) -> Option<Timestamp> {
        let subscriptions = self.subscriptions.values().flat_map(|it| [it.newest, it.paid_at]);
        subscriptions.chain([self.first_paid_at]).flatten().max()
    }

    /// Whether Stripe ever got to know how the organization pays: a Checkout was completed, or an invoice paid.
    #[must_use]
    pub fn has_billing_info(&self) -> bool {
        self.ever_paid() || self.checkout_at.is_some()
    }

    /// Whether the organization's customer was deleted at Stripe: the linked one or, where none is linked, every one
    /// that is known. That a new one takes its place does not take this back: only a payment of the new one does.
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

    /// Whether a customer ever paid an invoice of more than 0.
    fn was_paid_by(&self, customer: &CustomerId) -> bool {
        self.subscriptions.values().any(|it| it.customer == *customer && it.paid_at.is_some())
    }

    /// What is wrong with the payment of an invoice, and since when; none once it is settled, nor once what it bills is over: Stripe
    /// does not collect it any more, and to ask an admin for it would be wrong.
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

    /// Open issues, those of older invoices first. A payment settles its own invoice and all older ones.
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

    /// The issue of an invoice, unless a newer one was paid.
    pub(super) fn open_issue(&self, invoice: &Invoice) -> Option<(IssueKind, Timestamp)> {
        let settled = self.paid_through.is_some_and(|paid| invoice.created < paid);
        invoice.issue().filter(|_| !settled)
    }

    /// Each subscription with its status.
    fn standings(&self) -> impl Iterator<Item = (SubscriptionStatus, &Subscription)> {
        self.subscriptions
            .values()
            .filter_map(|subscription| Some((self.derived_status(subscription)?, subscription)))
    }

    /// The status of a subscription. A deleted customer's are over, whatever was said of them.
    fn derived_status(&self, subscription: &Subscription) -> Option<SubscriptionStatus> {
        let status = subscription.status()?;
        let over = self.deleted_customers.contains(&subscription.customer);
        Some(if over { SubscriptionStatus::Canceled } else { status })
    }

    /// What was last said of the subscription that counts: the best one, and of these the one heard of last.
    fn best(&self) -> Option<&SubscriptionFact> {
        self.standings()
            .max_by_key(|(status, subscription)| (*status, subscription.newest))?
            .1
            .effective_fact()
    }
}
