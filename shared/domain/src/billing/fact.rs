//! Facts: what one Stripe event states, reduced to the values that billing uses.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Change, CustomerId, EventId, InvoiceId, Money, Prices, SubscriptionFact, SubscriptionId};
use crate::id::OrgId;

/// What one Stripe event states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Id of the event that reported the fact.
    pub event: EventId,
    /// When Stripe created the event, in whole seconds.
    pub created: Timestamp,
    /// The organization that the event's own metadata names. It is `None` if the metadata names no
    /// organization, or one that does not exist.
    pub names: Option<OrgId>,
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
        /// The subscription that the invoice or one of its lines names. Without one, the invoice is
        /// a one-off.
        subscription: Option<SubscriptionId>,
        /// Customer that the invoice is for.
        customer: CustomerId,
        /// When Stripe created the invoice, in whole seconds. Invoices are ordered by this time.
        invoice_created: Timestamp,
        /// Ids of the prices of its lines.
        prices: Vec<String>,
        /// Change that the event reports.
        fact: InvoiceFact,
    },
    /// Stripe announces the next invoice of a subscription (`invoice.upcoming`).
    Upcoming {
        /// Subscription that the invoice will bill.
        subscription: SubscriptionId,
        /// Customer that the invoice will be for.
        customer: CustomerId,
        /// When the invoice will be created, in whole seconds.
        date: Timestamp,
        /// Amount that the invoice will charge.
        amount: Money,
    },
    /// Stripe could not finalize an invoice, so it cannot be paid.
    FinalizationFailed {
        /// Id of the invoice.
        invoice: InvoiceId,
        /// Customer that the invoice is for.
        customer: CustomerId,
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

/// Why a fact is recorded for an organization, and thereby whether it shows that its subscription
/// counts for this organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribution {
    /// The event's own metadata names this organization.
    Named,
    /// The event's own metadata names another organization.
    NamesOther(OrgId),
    /// The event names no organization. Its customer is linked to this one.
    Linked {
        /// Whether the event shows a price of one of the plans.
        plan_price: bool,
    },
}

impl Fact {
    /// Returns the fact with the plan of each item.
    #[must_use]
    pub fn with_plans(mut self, prices: &Prices) -> Self {
        if let FactKind::Subscription { fact, .. } = &mut self.what {
            for item in &mut fact.items {
                item.plan = prices.plan(&item.price);
            }
        }
        self
    }

    /// Returns why the fact is recorded for the organization `org`.
    #[must_use]
    pub fn attribution(&self, org: OrgId, prices: &Prices) -> Attribution {
        match self.names {
            Some(named) if named == org => Attribution::Named,
            Some(other) => Attribution::NamesOther(other),
            None => Attribution::Linked { plan_price: self.has_plan_price(prices) },
        }
    }

    /// Returns whether the event shows a price of a plan.
    #[must_use]
    pub fn has_plan_price(&self, prices: &Prices) -> bool {
        let of_plan = |price: &str| prices.plan(price).is_some();
        match &self.what {
            FactKind::Subscription { fact, .. } => fact.prices().any(of_plan),
            FactKind::Invoice { prices, .. } => prices.iter().any(|price| of_plan(price)),
            _ => false,
        }
    }

    /// Returns when the metadata had the value that the event shows.
    ///
    /// An invoice keeps a copy of its subscription's metadata from the time at which Stripe created
    /// the invoice (API reference, "The Invoice object", `subscription_details.metadata`). So a
    /// late payment of an old invoice does not undo a later correction of the metadata.
    pub(super) fn named_at(&self) -> Timestamp {
        match &self.what {
            FactKind::Invoice { invoice_created, .. } => self.created.min(*invoice_created),
            _ => self.created,
        }
    }

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
            | FactKind::Upcoming { customer, .. }
            | FactKind::FinalizationFailed { customer, .. }
            | FactKind::Checkout { customer, .. }
            | FactKind::CustomerDeleted { customer } => Some(customer),
            FactKind::Incident { customer, .. } => customer.as_ref(),
        }
    }

    /// Returns the subscription that the fact is about, if the event names one.
    #[must_use]
    pub fn subscription(&self) -> Option<&SubscriptionId> {
        match &self.what {
            FactKind::Subscription { subscription, .. } | FactKind::Upcoming { subscription, .. } => {
                Some(subscription)
            }
            FactKind::Invoice { subscription, .. } => subscription.as_ref(),
            _ => None,
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
    Failed {
        /// Amount that is still to be paid.
        due: Option<Money>,
        /// When Stripe tries again; `None` if it does not.
        next_attempt: Option<Timestamp>,
    },
    /// The payer's bank requires an action, such as 3-D Secure.
    ActionRequired {
        /// Amount that is still to be paid.
        due: Option<Money>,
        /// When Stripe tries again; `None` if it does not.
        next_attempt: Option<Timestamp>,
    },
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
