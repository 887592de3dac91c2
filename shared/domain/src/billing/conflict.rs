//! Contradictions between Stripe events, which an operator should review.

use std::collections::BTreeSet;

use super::{Billing, CustomerId, EventId};

/// A contradiction between events. The event still counts; the operator only sees the conflict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conflict {
    /// The organization is named by, or for, another customer than the linked one.
    Customer {
        /// The other customer that was named.
        customer: CustomerId,
    },
    /// A Checkout session also names an organization other than the one that it counted for.
    Session {
        /// The event of the session's completion.
        event: EventId,
    },
    /// One event id arrived with two different contents.
    Content {
        /// Id of that event.
        event: EventId,
    },
    /// An event arrived after its time was folded.
    Late {
        /// Id of the late event.
        event: EventId,
    },
}

impl Billing {
    /// Returns all conflicts: the noted ones and those that the facts show.
    #[must_use]
    pub fn conflicts(&self) -> BTreeSet<Conflict> {
        // If the linked customer was deleted, events about the next one may arrive before its link.
        let linked = self.customer.as_ref().filter(|linked| !self.deleted_customers.contains(*linked));
        let other_customers = self
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
            .filter(|(_, stored)| stored.contested)
            .map(|(event, _)| Conflict::Content { event: event.clone() });
        other_customers.chain(contested).chain(self.noted.iter().cloned()).collect()
    }
}
