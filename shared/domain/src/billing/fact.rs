//! What one Stripe event says.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::id::OrgId;

use super::{CustomerId, EventId, InvoiceId, SubscriptionId, SubscriptionStatus};

/// What one event says, with the event's id and the second in which Stripe made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The event that says so.
    pub event: EventId,
    /// When Stripe made the event, in whole seconds.
    pub created: Timestamp,
    /// What it says.
    pub what: What,
}

/// The kinds of fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A subscription is, or was, so.
    Subscription {
        /// Which one.
        subscription: SubscriptionId,
        /// Whose.
        customer: CustomerId,
        /// How it is.
        fact: SubscriptionFact,
    },
    /// Something happened to an invoice.
    Invoice {
        /// Which one.
        invoice: InvoiceId,
        /// The subscription it bills, if it names one.
        subscription: Option<SubscriptionId>,
        /// Whose.
        customer: CustomerId,
        /// When the invoice itself was made, in whole seconds: older and newer invoices are told apart by it.
        invoice_created: Timestamp,
        /// What happened.
        fact: InvoiceFact,
    },
    /// A Checkout session was completed.
    Checkout {
        /// Who paid, or left a payment method.
        customer: CustomerId,
        /// The organizations that the session names, in whatever place.
        named: BTreeSet<OrgId>,
    },
    /// A customer was deleted at Stripe.
    CustomerDeleted {
        /// Which one.
        customer: CustomerId,
    },
    /// Money went back, or is contested.
    Incident {
        /// Whose, where the event says it.
        customer: Option<CustomerId>,
        /// Which of the two.
        kind: IncidentKind,
    },
}

impl Fact {
    /// The end of which Stripe's notice speaks that a subscription's trial ends in three days; none if this is not it.
    #[must_use]
    pub fn trial_will_end(&self) -> Option<Timestamp> {
        match &self.what {
            What::Subscription { fact, .. } if fact.change == Change::TrialWillEnd => fact.trial_end,
            _ => None,
        }
    }

    /// The customer that the fact is about, where the event says it.
    #[must_use]
    pub fn customer(&self) -> Option<&CustomerId> {
        match &self.what {
            What::Subscription { customer, .. }
            | What::Invoice { customer, .. }
            | What::Checkout { customer, .. }
            | What::CustomerDeleted { customer } => Some(customer),
            What::Incident { customer, .. } => customer.as_ref(),
        }
    }
}

/// A subscription as one event shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionFact {
    /// What the event reports.
    pub change: Change,
    /// The status after it.
    pub status: SubscriptionStatus,
    /// The status before it, where the event changed it (`previous_attributes.status`).
    pub previous_status: Option<SubscriptionStatus>,
    /// The price subscribed to.
    pub plan: Option<String>,
    /// When Stripe's trial ends, in whole seconds.
    pub trial_end: Option<Timestamp>,
    /// When the subscription will end by itself, in whole seconds.
    pub cancel_at: Option<Timestamp>,
    /// Whether Stripe collects its payments for now. The status is the same without.
    pub paused: Option<Pause>,
}

/// A pause of a subscription's payments (`pause_collection` at Stripe).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pause {
    /// When Stripe collects again, in whole seconds; none until a person ends the pause.
    pub resumes_at: Option<Timestamp>,
}

impl SubscriptionFact {
    /// Whether the subscription is over for good.
    #[must_use]
    pub fn ends(&self) -> bool {
        self.change == Change::Deleted || self.status == SubscriptionStatus::Canceled
    }

    /// SHA-256 of everything the fact says but the pause, which versions of the code without it do not know: for these
    /// the same event must have the same hash. Taken over the fact and not over the event's bytes, since those
    /// differ between deliveries of one event (`pending_webhooks` counts down) without saying anything else.
    #[must_use]
    pub fn content_hash(&self) -> [u8; 32] {
        let second = |at: Option<Timestamp>| at.map_or_else(String::new, |at| at.as_second().to_string());
        // The plan is the only free text, so it comes last: no two facts have the same text.
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

/// What a subscription's event reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was made.
    Created,
    /// It changed, paused or resumed.
    Updated,
    /// Its trial ends in three days. It counts as a change.
    TrialWillEnd,
    /// It is over.
    Deleted,
}

impl Change {
    /// The word under which it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::TrialWillEnd => "trial_will_end",
            Self::Deleted => "deleted",
        }
    }

    /// Reads the word under which it is stored.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Created, Self::Updated, Self::TrialWillEnd, Self::Deleted]
            .into_iter()
            .find(|c| c.as_str() == word)
    }

    /// Where it stands in the life of a subscription: created, then changed, then deleted.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Self::Created => 0,
            Self::Updated | Self::TrialWillEnd => 1,
            Self::Deleted => 2,
        }
    }
}

/// What happened to an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceFact {
    /// It was paid.
    Paid {
        /// What was paid, in the currency's smallest unit; 0 at the start of a trial or with a full discount.
        amount: u64,
    },
    /// A payment attempt failed.
    Failed,
    /// The payer's bank asks for something.
    ActionRequired,
    /// It was withdrawn.
    Voided,
    /// It was given up.
    Uncollectible,
}

/// What may befall a payment after it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IncidentKind {
    /// Money was returned.
    Refunded,
    /// The payer's bank contests it.
    Disputed,
}

impl IncidentKind {
    /// The word under which it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refunded => "refunded",
            Self::Disputed => "disputed",
        }
    }

    /// Reads the word under which it is stored.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Refunded, Self::Disputed].into_iter().find(|kind| kind.as_str() == word)
    }
}
