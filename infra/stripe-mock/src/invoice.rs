//! An invoice of a subscription. Source: docs.stripe.com, "The Invoice object" and "Smart Retries".

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    customer::Metadata,
    defaults::default_object,
    price::{CURRENCY, Price, money},
    words,
};

/// Days from a failed payment to its retry. After the last retry, the subscription is unpaid.
const RETRY_DAYS: [i64; 3] = [3, 5, 7];

/// Stripe's `billing_reason` of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reason {
    /// The invoice starts a subscription.
    SubscriptionCreate,
    /// The invoice is for a later billing period.
    SubscriptionCycle,
}

/// Invoice for one period of a subscription.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Invoice {
    pub(super) id: String,
    pub(super) number: String,
    pub(super) customer: String,
    pub(super) subscription: String,
    /// The subscription's metadata when the invoice was created.
    pub(super) metadata: Metadata,
    pub(super) price: String,
    pub(super) quantity: u32,
    pub(super) reason: Reason,
    /// Total amount in cents.
    pub(super) amount: i64,
    pub(super) created: Timestamp,
    pub(super) period_start: Timestamp,
    pub(super) period_end: Timestamp,
    pub(super) paid_at: Option<Timestamp>,
    pub(super) attempts: u32,
    pub(super) next_attempt: Option<Timestamp>,
    /// Whether the last attempt needs the customer's confirmation.
    pub(super) needs_confirmation: bool,
}

impl Invoice {
    /// Returns the object for responses and events.
    pub(super) fn object(&self, price: &Price) -> Value {
        let (kind, paid) = match self.paid_at {
            Some(_) => ("invoice.paid", self.amount),
            None => ("invoice.payment_failed", 0),
        };
        let line = json!({
            "amount": self.amount,
            "currency": CURRENCY,
            "description": self.description(price),
            "invoice": self.id,
            "metadata": self.metadata,
            "parent": { "subscription_item_details": {
                "subscription": self.subscription,
                "subscription_item": self.subscription.replacen("sub_", "si_", 1),
            } },
            "period": { "start": self.period_start.as_second(), "end": self.period_end.as_second() },
            "pricing": {
                "price_details": { "price": self.price },
                "unit_amount_decimal": price.amount.to_string(),
            },
            "quantity": self.quantity,
        });
        let facts = json!({
            "id": self.id,
            "amount_due": self.amount,
            "amount_paid": paid,
            "amount_remaining": self.amount - paid,
            "attempt_count": self.attempts,
            "attempted": self.attempts > 0,
            "auto_advance": self.next_attempt.is_some(),
            "billing_reason": self.reason,
            "created": self.created.as_second(),
            "currency": CURRENCY,
            "customer": self.customer,
            "effective_at": self.created.as_second(),
            // The mock has no hosted invoice pages. Customers pay open invoices in the portal.
            "hosted_invoice_url": null,
            "invoice_pdf": null,
            "lines": { "data": [line], "url": format!("/v1/invoices/{}/lines", self.id) },
            "next_payment_attempt": self.next_attempt.map(Timestamp::as_second),
            "number": self.number,
            "parent": { "subscription_details": {
                "metadata": self.metadata,
                "subscription": self.subscription,
            } },
            "period_end": self.created.as_second(),
            "period_start": self.period_start.as_second(),
            "status_transitions": {
                "finalized_at": self.created.as_second(),
                "paid_at": self.paid_at.map(Timestamp::as_second),
            },
            "subtotal": self.amount,
            "subtotal_excluding_tax": self.amount,
            "total": self.amount,
            "total_excluding_tax": self.amount,
        });
        default_object(kind, &self.id, &self.customer, self.created, facts)
    }

    /// Returns the time of the next attempt after one that failed at `now`.
    pub(super) fn retry_after(&self, now: Timestamp) -> Option<Timestamp> {
        let failed = usize::try_from(self.attempts).ok()?.checked_sub(1)?;
        let days = RETRY_DAYS.get(failed)?;
        now.checked_add(SignedDuration::from_hours(24 * days)).ok()
    }

    fn description(&self, price: &Price) -> String {
        if self.amount == 0 {
            return words::invoice::trial_line(price.name);
        }
        words::invoice::line(self.quantity, price.name, &money(price.amount))
    }
}
