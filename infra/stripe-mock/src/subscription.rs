//! A subscription. Source: docs.stripe.com, "The Subscription object" and "How subscriptions work".

use jiff::{Span, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    customer::Metadata,
    defaults::default_object,
    price::{CURRENCY, Price},
};

/// Status of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    /// The first payment is still open.
    Incomplete,
    /// The subscription is free until the end of its trial.
    Trialing,
    /// The current period is paid.
    Active,
    /// A payment failed and will be retried.
    PastDue,
    /// All retries of a payment failed.
    Unpaid,
    /// The subscription has ended and cannot be resumed.
    Canceled,
}

impl Status {
    /// Returns Stripe's name of the status.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Unpaid => "unpaid",
            Self::Canceled => "canceled",
        }
    }
}

/// A monthly subscription with one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Subscription {
    pub(super) id: String,
    pub(super) customer: String,
    pub(super) price: String,
    pub(super) quantity: u32,
    pub(super) metadata: Metadata,
    pub(super) status: Status,
    pub(super) created: Timestamp,
    /// Time whose day of the month is the first day of every period.
    pub(super) anchor: Timestamp,
    pub(super) period_start: Timestamp,
    pub(super) period_end: Timestamp,
    pub(super) trial_end: Option<Timestamp>,
    /// Whether `trial_will_end` was sent.
    #[serde(rename = "trial_told")]
    pub(super) trial_end_announced: bool,
    pub(super) cancel_at_period_end: bool,
    pub(super) canceled_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) latest_invoice: Option<String>,
}

impl Subscription {
    /// Returns the object for responses and events.
    pub(super) fn object(&self, price: &Price) -> Value {
        let second = |at: Option<Timestamp>| at.map(Timestamp::as_second);
        let item_id = self.id.replacen("sub_", "si_", 1);
        let item = json!({
            "id": item_id,
            "created": self.created.as_second(),
            "current_period_start": self.period_start.as_second(),
            "current_period_end": self.period_end.as_second(),
            "plan": price.plan_facts(),
            "price": price.facts(),
            "quantity": self.quantity,
            "subscription": self.id,
        });
        let facts = json!({
            "id": self.id,
            "billing_cycle_anchor": self.anchor.as_second(),
            "cancel_at": self.cancel_at_period_end.then(|| self.period_end.as_second()),
            "cancel_at_period_end": self.cancel_at_period_end,
            "canceled_at": second(self.canceled_at),
            "cancellation_details": { "reason": self.canceled_at.map(|_| "cancellation_requested") },
            "created": self.created.as_second(),
            "currency": CURRENCY,
            "ended_at": second(self.ended_at),
            "items": { "data": [item], "url": format!("/v1/subscription_items?subscription={}", self.id) },
            "latest_invoice": self.latest_invoice,
            "metadata": self.metadata,
            "plan": price.plan_facts(),
            "quantity": self.quantity,
            "start_date": self.created.as_second(),
            "status": self.status.as_str(),
            "trial_end": second(self.trial_end),
            "trial_settings": { "end_behavior": { "missing_payment_method": "create_invoice" } },
            "trial_start": self.trial_end.map(|_| self.created.as_second()),
        });
        default_object("customer.subscription.updated", &self.id, &self.customer, self.created, facts)
    }

    /// Whether the subscription has not been canceled.
    pub(super) fn is_alive(&self) -> bool {
        self.status != Status::Canceled
    }

    /// Starts the next billing period.
    pub(super) fn advance_period(&mut self) {
        self.period_start = self.period_end;
        self.period_end = next_month(self.anchor, self.period_start);
    }
}

/// Returns the first time after `after` that is a whole number of calendar months after `anchor`.
/// In a month without the day of `anchor`, the result is on the last day of the month.
pub(super) fn next_month(anchor: Timestamp, after: Timestamp) -> Timestamp {
    let anchor = anchor.to_zoned(TimeZone::UTC);
    let months = (1..).map_while(|n| anchor.checked_add(Span::new().try_months(n).ok()?).ok());
    months.map(|moment| moment.timestamp()).find(|moment| *moment > after).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_month_keeps_the_day_of_the_anchor() {
        for (anchor, after, expected) in [
            ("2026-01-10T08:00:00Z", "2026-01-10T08:00:00Z", "2026-02-10T08:00:00Z"),
            ("2026-01-31T08:00:00Z", "2026-01-31T08:00:00Z", "2026-02-28T08:00:00Z"),
            ("2026-01-31T08:00:00Z", "2026-02-28T08:00:00Z", "2026-03-31T08:00:00Z"),
            ("2026-01-10T08:00:00Z", "2027-12-10T07:59:59Z", "2027-12-10T08:00:00Z"),
        ] {
            let at = |text: &str| text.parse::<Timestamp>().unwrap();
            assert_eq!(next_month(at(anchor), at(after)), at(expected), "{anchor} {after}");
        }
    }
}
