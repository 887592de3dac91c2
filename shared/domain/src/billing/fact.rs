//! Facts: what one Stripe event states, reduced to the values that billing uses.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{CustomerId, EventId, InvoiceId, SubscriptionId, SubscriptionStatus};
use crate::id::OrgId;

/// What one Stripe event states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Id of the event that reported the fact.
    pub event: EventId,
    /// When Stripe created the event, in whole seconds.
    pub created: Timestamp,
    /// Content of the event.
    pub what: FactKind,
}

/// Content of a fact, by kind of event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactKind {
    /// State of a subscription when the event was created.
    Subscription {
        /// Id of the subscription.
        subscription: SubscriptionId,
        /// Customer that the subscription belongs to.
        customer: CustomerId,
        /// State that the event reports.
        fact: SubscriptionFact,
    },
    /// A change of an invoice.
    Invoice {
        /// Id of the invoice.
        invoice: InvoiceId,
        /// The subscription that it bills, if it names one.
        subscription: Option<SubscriptionId>,
        /// Customer that the invoice is for.
        customer: CustomerId,
        /// When Stripe created the invoice, in whole seconds. Invoices are ordered by this time.
        invoice_created: Timestamp,
        /// Change that the event reports.
        fact: InvoiceFact,
    },
    /// A completed Checkout session.
    Checkout {
        /// Customer who paid or saved a payment method.
        customer: CustomerId,
        /// All organizations that the session names, in any of its fields.
        named: BTreeSet<OrgId>,
    },
    /// The deletion of a customer at Stripe.
    CustomerDeleted {
        /// Id of the deleted customer.
        customer: CustomerId,
    },
    /// A refund or a dispute.
    Incident {
        /// Customer of the payment, if the event names one.
        customer: Option<CustomerId>,
        /// Refund or dispute of a payment.
        kind: IncidentKind,
    },
}

impl Fact {
    /// Returns the end of the subscription's trial if this fact is from Stripe's event that
    /// announces the end of the trial. Returns `None` for every other fact.
    #[must_use]
    pub fn trial_will_end(&self) -> Option<Timestamp> {
        match &self.what {
            FactKind::Subscription { fact, .. } if fact.change == Change::TrialWillEnd => fact.trial_end,
            _ => None,
        }
    }

    /// Returns the customer that the fact is about, if the event names one.
    #[must_use]
    pub fn customer(&self) -> Option<&CustomerId> {
        match &self.what {
            FactKind::Subscription { customer, .. }
            | FactKind::Invoice { customer, .. }
            | FactKind::Checkout { customer, .. }
            | FactKind::CustomerDeleted { customer } => Some(customer),
            FactKind::Incident { customer, .. } => customer.as_ref(),
        }
    }
}

/// State of a subscription as one event reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionFact {
    /// Kind of the event.
    pub change: Change,
    /// Status after the event.
    pub status: SubscriptionStatus,
    /// Status before the event, if the event changed it (`previous_attributes.status`).
    pub previous_status: Option<SubscriptionStatus>,
    /// Id of the subscription's price.
    pub plan: Option<String>,
    /// End of the trial at Stripe, in whole seconds.
    pub trial_end: Option<Timestamp>,
    /// When the subscription is scheduled to end, in whole seconds.
    pub cancel_at: Option<Timestamp>,
    /// Pause of payment collection. It does not change the status.
    pub paused: Option<Pause>,
}

/// Pause of a subscription's payment collection (`pause_collection` at Stripe).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pause {
    /// When Stripe resumes collection, in whole seconds. `None` means that collection stays paused
    /// until it is resumed manually.
    pub resumes_at: Option<Timestamp>,
}

impl SubscriptionFact {
    /// Returns whether the event reports the final end of the subscription.
    #[must_use]
    pub fn ends(&self) -> bool {
        self.change == Change::Deleted || self.status == SubscriptionStatus::Canceled
    }

    /// Returns the SHA-256 of the fact without its pause.
    ///
    /// Earlier versions of the code do not store the pause, and must compute the same hash for the
    /// same event. The hash covers the fact and not the bytes of the event, because two deliveries
    /// of one event can differ in `pending_webhooks`.
    #[must_use]
    pub fn content_hash(&self) -> [u8; 32] {
        let second = |at: Option<Timestamp>| at.map_or_else(String::new, |at| at.as_second().to_string());
        // The plan is the only part with arbitrary characters. It is the last part, so different
        // facts always have different texts.
        let text = [
            self.change.as_str(),
            self.status.as_str(),
            self.previous_status.map_or("", SubscriptionStatus::as_str),
            &second(self.trial_end),
            &second(self.cancel_at),
            if self.plan.is_some() { "plan" } else { "" },
            self.plan.as_deref().unwrap_or(""),
        ]
        .join("\n");
        Sha256::digest(text).into()
    }
}

/// Kind of a subscription event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The subscription was created.
    Created,
    /// The subscription changed, paused, or resumed.
    Updated,
    /// The trial of the subscription ends in three days. The event has the rank of an update.
    TrialWillEnd,
    /// The subscription ended for good.
    Deleted,
}

impl Change {
    /// Returns the stored value.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::TrialWillEnd => "trial_will_end",
            Self::Deleted => "deleted",
        }
    }

    /// Parses the stored value.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        [Self::Created, Self::Updated, Self::TrialWillEnd, Self::Deleted]
            .into_iter()
            .find(|change| change.as_str() == value)
    }

    /// Returns the rank of the event among events that Stripe created in the same second. A higher
    /// rank counts as later.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Self::Created => 0,
            Self::Updated | Self::TrialWillEnd => 1,
            Self::Deleted => 2,
        }
    }
}

/// A change of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceFact {
    /// The invoice was paid.
    Paid {
        /// Amount in the currency's smallest unit. It is 0 at the start of a trial or with a full
        /// discount.
        amount: u64,
    },
    /// A payment attempt failed.
    Failed,
    /// The payer's bank requires an action, such as 3-D Secure.
    ActionRequired,
    /// The invoice was voided.
    Voided,
    /// The invoice was marked uncollectible.
    Uncollectible,
}

/// Kind of a reversal of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IncidentKind {
    /// Money was returned to the payer.
    Refunded,
    /// The payer's bank disputes the payment.
    Disputed,
}

impl IncidentKind {
    /// Returns the stored value.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refunded => "refunded",
            Self::Disputed => "disputed",
        }
    }

    /// Parses the stored value.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        [Self::Refunded, Self::Disputed].into_iter().find(|kind| kind.as_str() == value)
    }
}
