//! Money without effect: payments that give the organization nothing, for the operator.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Billing, InvoiceId, SubscriptionId};

/// A payment that has no effect on the organization, as its facts show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Surplus {
    /// Several subscriptions of the organization are alive, so it pays more than once.
    DoubleSubscription {
        /// The subscriptions that are alive.
        subscriptions: BTreeSet<SubscriptionId>,
    },
    /// An invoice was paid after its subscription ended.
    PaidAfterEnd {
        /// The subscription that ended.
        subscription: SubscriptionId,
        /// The invoice that was paid.
        invoice: InvoiceId,
    },
}

impl Billing {
    /// Returns the payments without effect at `now`.
    #[must_use]
    pub fn surplus(&self, now: Timestamp) -> BTreeSet<Surplus> {
        let alive: BTreeSet<SubscriptionId> = self.alive(now).into_iter().cloned().collect();
        let double = (alive.len() > 1).then_some(Surplus::DoubleSubscription { subscriptions: alive });
        let late = self.paid_after_end(now).filter(|(subscription, _)| self.owns(subscription));
        let late = late.map(|(subscription, invoice)| Surplus::PaidAfterEnd {
            subscription: subscription.clone(),
            invoice: invoice.clone(),
        });
        double.into_iter().chain(late).collect()
    }

    /// Returns the invoices that were paid with more than 0 after their subscription ended, each with
    /// the subscription.
    pub(super) fn paid_after_end(
        &self,
        now: Timestamp,
    ) -> impl Iterator<Item = (&SubscriptionId, &InvoiceId)> {
        self.invoices.iter().filter_map(move |(id, invoice)| {
            let subscription = invoice.subscription.as_ref()?;
            let end = self.subscriptions.get(subscription)?.end(now)?;
            let paid = invoice.paid.is_some_and(|amount| amount > 0);
            (paid && invoice.last_event_at > end).then_some((subscription, id))
        })
    }
}
