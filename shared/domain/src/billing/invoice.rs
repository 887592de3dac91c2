//! One invoice, as the facts about it say.

use jiff::Timestamp;

use super::{InvoiceFact, InvoiceId, SubscriptionId};

/// What is kept of one invoice: a set that only grows, so that two of them join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// When the invoice itself was made.
    pub created: Timestamp,
    /// When the latest event about it was made.
    pub heard: Timestamp,
    /// The subscription it bills, if it names one.
    pub subscription: Option<SubscriptionId>,
    /// What was paid on it, in the currency's smallest unit; none while it is unpaid.
    pub paid: Option<u64>,
    /// When a payment first failed.
    pub failed: Option<Timestamp>,
    /// When the payer's bank first asked for something.
    pub action_required: Option<Timestamp>,
    /// When it was withdrawn.
    pub voided: Option<Timestamp>,
    /// When it was given up.
    pub uncollectible: Option<Timestamp>,
}

impl Invoice {
    /// An invoice of which one event, made at `at`, spoke.
    #[must_use]
    pub fn from_event(
        created: Timestamp,
        subscription: Option<SubscriptionId>,
        at: Timestamp,
        fact: InvoiceFact,
    ) -> Self {
        let silent = Self {
            created,
            heard: at,
            subscription,
            paid: None,
            failed: None,
            action_required: None,
            voided: None,
            uncollectible: None,
        };
        match fact {
            InvoiceFact::Paid { amount } => Self { paid: Some(amount), ..silent },
            InvoiceFact::Failed => Self { failed: Some(at), ..silent },
            InvoiceFact::ActionRequired => Self { action_required: Some(at), ..silent },
            InvoiceFact::Voided => Self { voided: Some(at), ..silent },
            InvoiceFact::Uncollectible => Self { uncollectible: Some(at), ..silent },
        }
    }

    /// What both know together.
    pub fn join(&mut self, other: Self) {
        self.created = self.created.min(other.created);
        self.heard = self.heard.max(other.heard);
        self.subscription = first(self.subscription.take(), other.subscription);
        self.paid = self.paid.max(other.paid);
        self.failed = first(self.failed, other.failed);
        self.action_required = first(self.action_required, other.action_required);
        self.voided = first(self.voided, other.voided);
        self.uncollectible = first(self.uncollectible, other.uncollectible);
    }

    /// The issue that the invoice itself shows. One that was paid, withdrawn or given up shows none.
    #[must_use]
    pub fn issue(&self) -> Option<(IssueKind, Timestamp)> {
        if self.paid.is_some() || self.voided.is_some() || self.uncollectible.is_some() {
            return None;
        }
        // Stripe sends a failure along with the bank's question; the question is what the payer can act on.
        let kind =
            if self.action_required.is_some() { IssueKind::ActionRequired } else { IssueKind::PaymentFailed };
        first(self.failed, self.action_required).map(|since| (kind, since))
    }
}

/// The smaller of what is there: `None` says nothing, unlike in the order of `Option`.
pub(super) fn first<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// What is wrong with the payment of an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// What is wrong.
    pub kind: IssueKind,
    /// With which invoice.
    pub invoice: InvoiceId,
    /// Since when.
    pub since: Timestamp,
}

/// What can be wrong with a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueKind {
    /// It failed.
    PaymentFailed,
    /// The payer's bank asks for something.
    ActionRequired,
}

impl IssueKind {
    /// The word for it on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PaymentFailed => "payment_failed",
            Self::ActionRequired => "action_required",
        }
    }
}
