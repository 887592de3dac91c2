//! A customer and the card on file. Source: docs.stripe.com, "The Customer object".

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::defaults::{default_object, seed};
use super::price::CURRENCY;

/// Texts that the account's owner attached to an object.
pub(super) type Metadata = BTreeMap<String, String>;

/// How a card behaves when it is charged without its owner at the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Card {
    /// It pays.
    Good,
    /// The bank refuses.
    Declined,
    /// The bank wants its customer to confirm.
    NeedsConfirmation,
}

impl Card {
    /// As forms and ids write it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Declined => "declined",
            Self::NeedsConfirmation => "needs_confirmation",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::Good, Self::Declined, Self::NeedsConfirmation].into_iter().find(|card| card.as_str() == word)
    }
}

/// A customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Customer {
    pub(super) id: String,
    pub(super) email: Option<String>,
    pub(super) name: Option<String>,
    pub(super) metadata: Metadata,
    pub(super) created: Timestamp,
    pub(super) deleted: bool,
    /// What renewals are charged to.
    pub(super) card: Option<Card>,
    /// How many invoices were made out so far.
    pub(super) invoices: u32,
    /// The subscription that was last told of.
    #[serde(default)]
    pub(super) subscription: Option<String>,
    /// The second of the newest event that was believed.
    #[serde(default)]
    pub(super) told: Option<i64>,
}

impl Customer {
    /// One of whom nothing is known but that they are there.
    pub(super) fn unnamed(id: &str, created: Timestamp) -> Self {
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
            told: None,
        }
    }

    /// The object as events carry it.
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

    /// What a read answers: of a deleted customer hardly more than its id is left.
    pub(super) fn to_json(&self) -> Value {
        if self.deleted {
            return json!({ "id": self.id, "object": "customer", "deleted": true });
        }
        self.object()
    }

    /// The number of the newest invoice.
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
