//! What an operator should look at.

use std::collections::BTreeSet;

use super::{Billing, CustomerId, EventId};

/// Something that did not fit. It never stops an event from counting; it is shown to the operator.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conflict {
    /// The organization was named by, or for, a customer other than the one it is linked to.
    Customer {
        /// The other customer.
        customer: CustomerId,
    },
    /// A Checkout session named another organization than the one that it counted for.
    Session {
        /// The event of the session's completion.
        event: EventId,
    },
    /// One event id came with two contents.
    Content {
        /// The event.
        event: EventId,
    },
    /// An event came after its time was folded.
    Late {
        /// The event.
        event: EventId,
    },
}

impl Billing {
    /// Every conflict: those noted, and those that the facts show.
    #[must_use]
    pub fn conflicts(&self) -> BTreeSet<Conflict> {
        // Where the linked customer was deleted, the next one may be heard of before it is linked.
        let linked = self.customer.as_ref().filter(|linked| !self.deleted_customers.contains(*linked));
        let strangers = self
            .subscriptions
            .values()
            .filter(|subscription| {
                linked.is_some_and(|linked| *linked != subscription.customer)
                    && !self.former_customers.contains(&subscription.customer)
            })
            .map(|subscription| Conflict::Customer { customer: subscription.customer.clone() });
        let contested = self
            .subscriptions
            .values()
            .flat_map(|subscription| &subscription.facts)
            .filter(|(_, held)| held.contested)
            .map(|(event, _)| Conflict::Content { event: event.clone() });
        strangers.chain(contested).chain(self.noted.iter().cloned()).collect()
    }
}
