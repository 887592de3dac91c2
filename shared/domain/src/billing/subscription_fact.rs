//! State of a subscription as one event reports it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Interval, InvoiceId, Money, Plan, SubscriptionStatus};

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
    /// The plan with this price. [`Fact::with_plans`](super::Fact::with_plans) adds it.
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

/// Values that an event replaced. Each field is `None` if the event did not change it.
///
/// Source: Stripe's API reference, "The Event object", field `data.previous_attributes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Previous {
    /// Status before the event.
    pub status: Option<SubscriptionStatus>,
    /// End of the trial before the event.
    pub trial_end: Option<Option<Timestamp>>,
    /// Scheduled end before the event.
    pub cancel: Option<PreviousCancel>,
    /// Payment pause before the event.
    pub paused: Option<Option<Pause>>,
    /// Prices before the event.
    pub prices: Option<BTreeSet<String>>,
}

/// Scheduled end of a subscription before an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PreviousCancel {
    /// No end was scheduled.
    Unscheduled,
    /// An end was scheduled. The event does not state its time.
    Scheduled,
    /// An end was scheduled for this time.
    At(Timestamp),
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

    /// Returns whether the fact shows that the subscription began. A read of a subscription that
    /// began and then ended or paused shows it too.
    #[must_use]
    pub fn began(&self) -> bool {
        use SubscriptionStatus::{Canceled, Paused, Unpaid};
        let is_past = self.change == Change::Read && matches!(self.status, Canceled | Paused | Unpaid);
        self.status.is_live() || is_past
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
            self.change.known_earlier().as_str(),
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
    /// No event: Onramp read the subscription at Stripe. Every event of the same second is later.
    Read,
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
            Self::Read => "read",
        }
    }

    /// Returns the value that earlier versions of the code know, for stored items and hashes.
    #[must_use]
    pub fn known_earlier(self) -> Self {
        match self {
            Self::Read => Self::Created,
            known => known,
        }
    }

    /// Parses the stored value.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        [Self::Created, Self::Updated, Self::TrialWillEnd, Self::Deleted, Self::Read]
            .into_iter()
            .find(|change| change.as_str() == value)
    }

    /// Returns the rank of the event among events that Stripe created in the same second. A higher
    /// rank counts as later.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Self::Read => 0,
            Self::Created => 1,
            Self::Updated | Self::TrialWillEnd => 2,
            Self::Deleted => 3,
        }
    }
}
