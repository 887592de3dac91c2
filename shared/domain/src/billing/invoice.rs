//! One invoice as its facts describe it, and the payment issue that follows.

use jiff::Timestamp;

use super::{InvoiceFact, InvoiceId, Money, SubscriptionId};

/// State of one invoice. Two states can be joined in any order, because each field of the result is
/// the smaller or the larger of the two values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// When Stripe created the invoice.
    pub created: Timestamp,
    /// Creation time of the newest event about it.
    pub last_event_at: Timestamp,
    /// The subscription that it bills. Without one, the invoice is a one-off.
    pub subscription: Option<SubscriptionId>,
    /// Amount paid, in the currency's smallest unit; `None` while it is unpaid.
    pub paid: Option<u64>,
    /// Amount that was still to be paid after the newest failed attempt, with the time of its event.
    pub due: Option<(Timestamp, Money)>,
    /// When Stripe tries again, as the newest failed attempt reports it, with the time of its event.
    pub next_attempt: Option<(Timestamp, Option<Timestamp>)>,
    /// Time of the first failed payment attempt.
    pub failed: Option<Timestamp>,
    /// When the payer's bank first required an action.
    pub action_required: Option<Timestamp>,
    /// Time at which it was voided.
    pub voided: Option<Timestamp>,
    /// Time at which it was marked uncollectible.
    pub uncollectible: Option<Timestamp>,
}

impl Invoice {
    /// Returns the state that one event, created at `at`, reports.
    pub(super) fn from_event(
        created: Timestamp,
        subscription: Option<SubscriptionId>,
        at: Timestamp,
        fact: InvoiceFact,
    ) -> Self {
        let unchanged = Self {
            created,
            last_event_at: at,
            subscription,
            paid: None,
            due: None,
            next_attempt: None,
            failed: None,
            action_required: None,
            voided: None,
            uncollectible: None,
        };
        match fact {
            InvoiceFact::Paid { amount } => Self { paid: Some(amount), ..unchanged },
            InvoiceFact::Failed { due, next_attempt } => Self {
                failed: Some(at),
                due: due.map(|due| (at, due)),
                next_attempt: Some((at, next_attempt)),
                ..unchanged
            },
            InvoiceFact::ActionRequired { due, next_attempt } => Self {
                action_required: Some(at),
                due: due.map(|due| (at, due)),
                next_attempt: Some((at, next_attempt)),
                ..unchanged
            },
            InvoiceFact::Voided => Self { voided: Some(at), ..unchanged },
            InvoiceFact::Uncollectible => Self { uncollectible: Some(at), ..unchanged },
        }
    }

    /// Joins another state of the same invoice into this one.
    pub fn join(&mut self, other: Self) {
        self.created = self.created.min(other.created);
        self.last_event_at = self.last_event_at.max(other.last_event_at);
        self.subscription = first(self.subscription.take(), other.subscription);
        self.paid = self.paid.max(other.paid);
        self.due = self.due.max(other.due);
        self.next_attempt = self.next_attempt.max(other.next_attempt);
        self.failed = first(self.failed, other.failed);
        self.action_required = first(self.action_required, other.action_required);
        self.voided = first(self.voided, other.voided);
        self.uncollectible = first(self.uncollectible, other.uncollectible);
        if self.is_settled() {
            self.next_attempt = None;
        }
    }

    /// Returns whether Stripe expects no further payment of the invoice.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.paid.is_some() || self.voided.is_some() || self.uncollectible.is_some()
    }

    /// Returns the payment issue of the invoice and the time at which it began. Returns `None` if
    /// the invoice has no issue, or if it is paid, voided, or uncollectible.
    #[must_use]
    pub fn issue(&self) -> Option<(IssueKind, Timestamp)> {
        if self.is_settled() {
            return None;
        }
        // If the bank requires an action, Stripe also reports a failure. The required action has
        // priority, because only the required action tells the payer what to do.
        let kind =
            if self.action_required.is_some() { IssueKind::ActionRequired } else { IssueKind::PaymentFailed };
        first(self.failed, self.action_required).map(|since| (kind, since))
    }
}

/// Returns the smaller value. If one of the values is `None`, returns the other value. (The order
/// of `Option` would make `None` the smaller value.)
pub(super) fn first<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// An open problem with the payment of an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Kind of the problem.
    pub kind: IssueKind,
    /// Invoice that has the problem.
    pub invoice: InvoiceId,
    /// When the problem first appeared.
    pub since: Timestamp,
    /// Amount that is still to be paid, if it is known.
    pub due: Option<Money>,
    /// When Stripe tries again. The time may have passed. `None` if Stripe does not try again, or if
    /// it is not known.
    pub next_attempt: Option<Timestamp>,
}

/// Kind of payment problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueKind {
    /// A payment attempt failed.
    PaymentFailed,
    /// The payer's bank requires an action.
    ActionRequired,
}

impl IssueKind {
    /// Returns the value in JSON responses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PaymentFailed => "payment_failed",
            Self::ActionRequired => "action_required",
        }
    }
}
