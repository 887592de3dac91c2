//! Contradictions between Stripe events, which an operator should review.

use super::{CustomerId, EventId};

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
