//! A customer and the card on file. Source: docs.stripe.com, "The Customer object".

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    defaults::{default_object, seed},
    price::CURRENCY,
};

/// Metadata of a Stripe object.
pub(super) type Metadata = BTreeMap<String, String>;

/// Result of a charge to a card while its owner is offline, as for a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Card {
    /// The bank accepts the charge.
    Good,
    /// The bank declines the charge.
    Declined,
    /// The bank requires a confirmation by the customer.
    NeedsConfirmation,
}

impl Card {
    /// Returns the name of the card in forms and derived ids.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Declined => "declined",
            Self::NeedsConfirmation => "needs_confirmation",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        [Self::Good, Self::Declined, Self::NeedsConfirmation].into_iter().find(|card| card.as_str() == name)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Customer {
    pub(super) id: String,
    pub(super) email: Option<String>,
    pub(super) name: Option<String>,
    pub(super) metadata: Metadata,
    pub(super) created: Timestamp,
    pub(super) deleted: bool,
    /// Card on file, charged for renewals.
    pub(super) card: Option<Card>,
    /// Number of invoices so far.
    pub(super) invoices: u32,
    /// Subscription of the newest accepted event about a subscription.
    #[serde(default)]
    pub(super) subscription: Option<String>,
    /// Time of the newest accepted event, in seconds since 1970.
    #[serde(default, rename = "told")]
    pub(super) last_event_at: Option<i64>,
}

impl Customer {
    /// Creates a customer with an id only.
    pub(super) fn with_id(id: &str, created: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            email: None,
            name: None,
            metadata: Metadata::new(),
            created,
            deleted: false,
            card: None,
            invoices: 0,
            subscription: None,
            last_event_at: None,
        }
    }

    /// Returns the object for events.
    pub(super) fn object(&self) -> Value {
        let facts = json!({
            "created": self.created.as_second(),
            "currency": self.card.map(|_| CURRENCY),
            "email": self.email,
            "invoice_prefix": self.invoice_prefix(),
            "invoice_settings": { "default_payment_method": self.payment_method() },
            "metadata": self.metadata,
            "name": self.name,
            "next_invoice_sequence": self.invoices + 1,
        });
        default_object("customer.created", &self.id, &self.id, self.created, facts)
    }

    /// Returns the object for an API read. A deleted customer has only its id.
    pub(super) fn to_json(&self) -> Value {
        if self.deleted {
            return json!({ "id": self.id, "object": "customer", "deleted": true });
        }
        self.object()
    }

    /// Returns the number of the newest invoice.
    pub(super) fn invoice_number(&self) -> String {
        format!("{}-{:04}", self.invoice_prefix(), self.invoices)
    }

    fn invoice_prefix(&self) -> String {
        let digits = self.id.len().saturating_sub(8);
        self.id.get(digits..).unwrap_or_default().to_ascii_uppercase()
    }

    fn payment_method(&self) -> Option<String> {
        self.card.map(|card| seed(&format!("{} {}", self.id, card.as_str())).id("pm"))
    }
}
