//! Table from event type to the object that the event carries.

use super::objects::{InvoiceState, SubscriptionState};

/// Object of an event, in the state that the event type implies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Invoice(InvoiceState),
    Subscription(SubscriptionState),
    /// A complete Checkout session.
    CheckoutSession,
    Customer,
    /// A charge that was refunded in full.
    RefundedCharge,
    Dispute,
    /// The price of the subscription.
    Price,
    /// An object without a builder. Only its name is known.
    Other,
}

const SUBJECTS: [(&str, Subject); 18] = [
    ("invoice.paid", Subject::Invoice(InvoiceState::Paid)),
    ("invoice.payment_succeeded", Subject::Invoice(InvoiceState::Paid)),
    ("invoice.payment_failed", Subject::Invoice(InvoiceState::Failed)),
    ("invoice.payment_action_required", Subject::Invoice(InvoiceState::ActionRequired)),
    ("invoice.voided", Subject::Invoice(InvoiceState::Voided)),
    ("invoice.marked_uncollectible", Subject::Invoice(InvoiceState::Uncollectible)),
    ("customer.subscription.created", Subject::Subscription(SubscriptionState::Created)),
    ("customer.subscription.updated", Subject::Subscription(SubscriptionState::Updated)),
    ("customer.subscription.paused", Subject::Subscription(SubscriptionState::Paused)),
    ("customer.subscription.resumed", Subject::Subscription(SubscriptionState::Resumed)),
    ("customer.subscription.deleted", Subject::Subscription(SubscriptionState::Deleted)),
    ("customer.subscription.trial_will_end", Subject::Subscription(SubscriptionState::TrialWillEnd)),
    ("checkout.session.completed", Subject::CheckoutSession),
    ("customer.created", Subject::Customer),
    ("customer.updated", Subject::Customer),
    ("customer.deleted", Subject::Customer),
    ("charge.refunded", Subject::RefundedCharge),
    ("price.updated", Subject::Price),
];

impl Subject {
    /// Returns the subject of an event type.
    pub(super) fn of(event_type: &str) -> Subject {
        let known = SUBJECTS.iter().find(|(name, _)| *name == event_type).map(|(_, subject)| *subject);
        match known {
            Some(subject) => subject,
            None if event_type.starts_with("charge.dispute.") => Subject::Dispute,
            None => Subject::Other,
        }
    }
}
