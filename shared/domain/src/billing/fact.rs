//! Facts: what one Stripe event states, reduced to the values that billing uses.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{CustomerId, EventId, InvoiceId, Previous, SubscriptionId, SubscriptionStatus};
use crate::{
    id::OrgId,
    money::{Interval, Money},
    plan::{Plan, Prices},
};

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
    /// Stripe could not finalize an invoice, so nobody can pay it.
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

/// State of a subscription as one event reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionFact {
    /// Kind of the event.
    pub change: Change,
    /// Status after the event.
    pub status: SubscriptionStatus,
    /// Values before the event, of the fields that the event changed.
    pub previous: Previous,
    /// Items of the subscription, in Stripe's order.
    pub items: Vec<Item>,
    /// End of the trial at Stripe, in whole seconds.
    pub trial_end: Option<Timestamp>,
    /// When the subscription is scheduled to end, in whole seconds.
    pub cancel_at: Option<Timestamp>,
    /// Pause of payment collection. It does not change the status.
    pub paused: Option<Pause>,
    /// The invoice that Stripe created last for the subscription.
    pub latest_invoice: Option<InvoiceId>,
    /// Whether no discount and no automatic tax changes the amount of the items.
    pub fixed_amount: bool,
    /// Whether the subscription has no payment method and its trial ends by cancelation or pause.
    pub lacks_payment_method: bool,
}

/// An item of a subscription (Stripe's API reference, "The Subscription Item object").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// Id of its price.
    pub price: String,
    /// The plan with this price. [`Fact::with_plans`] adds it.
    pub plan: Option<Plan>,
    /// End of the current period, in whole seconds.
    pub period_end: Option<Timestamp>,
    /// Amount per period: price × quantity. `None` if the price is not per unit.
    pub amount: Option<Money>,
    /// Length of the period.
    pub interval: Option<Interval>,
}

impl Item {
    /// Returns an item of which only the price is known.
    #[must_use]
    pub const fn of_price(price: String) -> Self {
        Self { price, plan: None, period_end: None, amount: None, interval: None }
    }
}

/// Pause of a subscription's payment collection (`pause_collection` at Stripe).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pause {
    /// When Stripe resumes collection, in whole seconds. `None` means that collection stays paused
    /// until it is resumed manually.
    pub resumes_at: Option<Timestamp>,
}

impl SubscriptionFact {
    /// Returns a fact of which only the kind of event and the status are known.
    #[must_use]
    pub fn new(change: Change, status: SubscriptionStatus) -> Self {
        Self {
            change,
            status,
            previous: Previous::default(),
            items: Vec::new(),
            trial_end: None,
            cancel_at: None,
            paused: None,
            latest_invoice: None,
            fixed_amount: false,
            lacks_payment_method: false,
        }
    }

    /// Returns whether the event reports the final end of the subscription.
    #[must_use]
    pub fn ends(&self) -> bool {
        self.change == Change::Deleted || self.status.is_over()
    }

    /// Returns the ids of the prices of all items.
    pub fn prices(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|item| item.price.as_str())
    }

    /// Returns the first item whose price is that of a plan. If there is none, returns the only
    /// item.
    #[must_use]
    pub fn plan_item(&self) -> Option<&Item> {
        let only = || self.items.first().filter(|_| self.items.len() == 1);
        self.items.iter().find(|item| item.plan.is_some()).or_else(only)
    }

    /// Returns the SHA-256 of the values that every version of the code stores.
    ///
    /// An earlier version must compute the same hash for the same event. The hash covers the fact
    /// and not the bytes of the event, because two deliveries of one event can differ in
    /// `pending_webhooks`.
    #[must_use]
    pub fn content_hash(&self) -> [u8; 32] {
        let second = |at: Option<Timestamp>| at.map_or_else(String::new, |at| at.as_second().to_string());
        let price = self.items.first().map(|item| item.price.as_str());
        // The price is the only part with arbitrary characters. It is the last part, so different
        // facts always have different texts.
        let text = [
            self.change.as_str(),
            self.status.for_hash(),
            self.previous.status.map_or("", SubscriptionStatus::for_hash),
            &second(self.trial_end),
            &second(self.cancel_at),
            if price.is_some() { "plan" } else { "" },
            price.unwrap_or(""),
        ]
        .join("\n");
        Sha256::digest(text).into()
    }

    /// Returns the values that [`Self::content_hash`] does not cover, in a fixed order.
    pub(super) fn unhashed(&self) -> impl Ord {
        (
            self.paused,
            self.items.clone(),
            self.previous.clone(),
            self.status,
            self.latest_invoice.clone(),
            self.fixed_amount,
            self.lacks_payment_method,
        )
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
    Failed {
        /// Amount that is still to be paid.
        due: Option<Money>,
    },
    /// The payer's bank requires an action, such as 3-D Secure.
    ActionRequired {
        /// Amount that is still to be paid.
        due: Option<Money>,
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
