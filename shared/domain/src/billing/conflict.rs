//! Contradictions between Stripe events, which an operator should review.

use std::collections::BTreeSet;

use super::{Billing, CustomerId, EventId};

/// A contradiction between events. The contradicting event is still recorded, except a
/// [late](Self::Late) one. An operator sees the conflict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conflict {
    /// An event connects the organization with another customer than the linked one.
    Customer {
        /// The other customer, which the event names.
        customer: CustomerId,
    },
    /// A Checkout session was recorded for this organization, but one of its fields names another
    /// organization.
    Session {
        /// The event of the session's completion.
        event: EventId,
    },
    /// One event id arrived with two different contents.
    Content {
        /// Id of that event.
        event: EventId,
    },
    /// An event arrived so late that the facts of its time were already folded.
    Late {
        /// Id of the late event.
        event: EventId,
    },
}

impl Billing {
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
}
