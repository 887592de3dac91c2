//! The billing state of an organization.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Conflict, CustomerId, EventId, IncidentKind, Invoice, InvoiceId, InvoiceMarks, Subscription,
    SubscriptionId, SubscriptionMarks,
};

/// All billing facts of an organization, joined. Derived values are methods.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Billing {
    /// The linked Stripe customer. [`Billing::link`] replaces this customer only after it was
    /// deleted at Stripe.
    pub customer: Option<CustomerId>,
    /// Earlier linked customers that were deleted and then replaced.
    pub former_customers: BTreeSet<CustomerId>,
    /// Customers that were deleted at Stripe. Their subscriptions count as canceled.
    pub deleted_customers: BTreeSet<CustomerId>,
    /// Subscriptions by id: all that have not ended, and the most recent ended ones.
    pub subscriptions: BTreeMap<SubscriptionId, Subscription>,
    /// Invoices of the last 90 days, and older ones with an open issue. Their number has a maximum.
    pub invoices: BTreeMap<InvoiceId, Invoice>,
    /// Time at which the first of the removed subscriptions began.
    pub first_paid_at: Option<Timestamp>,
    /// Creation time of the newest invoice of a removed subscription that was paid with more than 0.
    pub paid_through: Option<Timestamp>,
    /// Time of the first paid one-off invoice of more than 0.
    pub one_off_paid_at: Option<Timestamp>,
    /// Time of the first completed Checkout session.
    pub checkout_at: Option<Timestamp>,
    /// Refunds and disputes of the last 90 days by event, with the event's creation time.
    pub incidents: BTreeMap<EventId, (Timestamp, IncidentKind)>,
    /// Conflicts that cannot be computed from the stored facts. [`Billing::conflicts`] returns all
    /// conflicts.
    pub noted: BTreeSet<Conflict>,
    /// Facts of events from before this time are folded. If such an event arrives late, it only
    /// adds a [`Conflict::Late`].
    pub watermark: Option<Timestamp>,
    /// Settled invoices that were removed. A late event about such an invoice causes no payment
    /// issue.
    pub settled: InvoiceMarks,
    /// Invoices whose notice to the admins was sent and removed from the outbox.
    pub mailed: InvoiceMarks,
    /// Ended subscriptions that were removed. A late payment or event does not make such a
    /// subscription active again.
    pub ended: SubscriptionMarks,
}
