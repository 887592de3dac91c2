//! What the facts amount to.

use jiff::Timestamp;

use super::{Billing, Issue, Subscription, SubscriptionFact, SubscriptionStatus};

impl Billing {
    /// The best status of its subscriptions; none without a subscription that has one.
    #[must_use]
    pub fn status(&self) -> Option<SubscriptionStatus> {
        self.standings().map(|(status, _)| status).max()
    }

    /// Whether a subscription runs. While one does, no clock of ours ends anything.
    #[must_use]
    pub fn lives(&self) -> bool {
        self.standings().any(|(status, _)| status.lives())
    }

    /// When Stripe's trial ends: the latest end of the subscriptions in a trial, in whole seconds.
    #[must_use]
    pub fn trial_ends_at(&self) -> Option<Timestamp> {
        self.standings()
            .filter(|(status, _)| *status == SubscriptionStatus::Trialing)
            .filter_map(|(_, subscription)| subscription.decisive()?.trial_end)
            .max()
    }

    /// When the subscription that counts will end by itself.
    #[must_use]
    pub fn cancel_at(&self) -> Option<Timestamp> {
        self.best()?.cancel_at
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
    pub fn owes_provisioning(&self) -> bool {
        self.first_paid_at.is_some()
    }

    /// Whether Stripe ever got to know how the organization pays: a Checkout was completed, or an invoice paid.
    #[must_use]
    pub fn has_billing_info(&self) -> bool {
        self.ever_paid() || self.checkout_at.is_some()
    }

    /// Whether the linked customer was deleted at Stripe.
    #[must_use]
    pub fn customer_deleted(&self) -> bool {
        self.customer.as_ref().is_some_and(|customer| self.deleted_customers.contains(customer))
    }

    /// Open issues, those of older invoices first. A payment settles its own invoice and all older ones.
    pub(super) fn issues(&self) -> impl Iterator<Item = Issue> {
        let settled = |created| self.paid_through.is_some_and(|paid| created < paid);
        let mut open: Vec<_> = self
            .invoices
            .iter()
            .filter(|(_, invoice)| !settled(invoice.created))
            .filter_map(|(id, invoice)| {
                let (kind, since) = invoice.issue()?;
                Some((invoice.created, Issue { kind, invoice: id.clone(), since }))
            })
            .collect();
        open.sort_by_key(|(created, _)| *created);
        open.into_iter().map(|(_, issue)| issue)
    }

    /// Each subscription with its status. A deleted customer's are over, whatever was said of them.
    fn standings(&self) -> impl Iterator<Item = (SubscriptionStatus, &Subscription)> {
        self.subscriptions.values().filter_map(|subscription| {
            let status = subscription.status()?;
            let over = self.deleted_customers.contains(&subscription.customer);
            Some((if over { SubscriptionStatus::Canceled } else { status }, subscription))
        })
    }

    /// What was last said of the subscription that counts: the best one, and of these the one heard of last.
    fn best(&self) -> Option<&SubscriptionFact> {
        self.standings().max_by_key(|(status, subscription)| (*status, subscription.newest))?.1.decisive()
    }
}
