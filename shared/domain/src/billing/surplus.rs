//! Money without effect: payments that give the organization nothing, for the operator.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Billing, SubscriptionId};

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
    },
}

impl Billing {
    /// Returns the payments without effect at `now`.
    #[must_use]
    pub fn surplus(&self, now: Timestamp) -> BTreeSet<Surplus> {
        let alive: BTreeSet<SubscriptionId> = self.alive(now).into_iter().cloned().collect();
        let double = (alive.len() > 1).then_some(Surplus::DoubleSubscription { subscriptions: alive });
        let late = self.subscriptions.iter().filter(|(_, it)| {
            it.counts() && it.end(now).is_some_and(|end| it.paid_at.is_some_and(|paid| paid > end))
        });
        let late = late.map(|(id, _)| Surplus::PaidAfterEnd { subscription: id.clone() });
        double.into_iter().chain(late).collect()
    }
}
