//! Sessions of the hosted pages. Source: docs.stripe.com, "The Checkout Session object" and "The
//! portal session object".

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    customer::{Customer, Metadata},
    defaults::default_object,
    price::{CURRENCY, Price},
};

/// Lifetime of an open Checkout session.
const SESSION_TTL: SignedDuration = SignedDuration::from_hours(24);

/// Status of a Checkout session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Progress {
    /// The user can still pay.
    Open,
    /// The user paid or started a trial.
    Complete,
    /// The session ended without a payment.
    Expired,
}

impl Progress {
    /// Returns Stripe's name of the status.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

/// Checkout session in mode `subscription`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct CheckoutSession {
    pub(super) id: String,
    pub(super) customer: Option<String>,
    pub(super) price: String,
    pub(super) quantity: u32,
    pub(super) success_url: String,
    pub(super) cancel_url: Option<String>,
    pub(super) client_reference_id: Option<String>,
    pub(super) metadata: Metadata,
    /// Metadata for the new subscription.
    pub(super) subscription_metadata: Metadata,
    pub(super) trial_end: Option<Timestamp>,
    pub(super) created: Timestamp,
    /// Number of earlier sessions. It orders sessions with the same creation second.
    #[serde(default)]
    pub(super) number: usize,
    pub(super) progress: Progress,
    pub(super) subscription: Option<String>,
    pub(super) invoice: Option<String>,
}

impl CheckoutSession {
    /// Returns the object for responses and events. `origin` is the origin of the hosted pages.
    pub(super) fn object(&self, price: &Price, customer: Option<&Customer>, origin: &str) -> Value {
        let amount = if self.trial_end.is_some() { 0 } else { price.amount * i64::from(self.quantity) };
        let payment_status = match (self.progress, amount) {
            (Progress::Complete, 0) => "no_payment_required",
            (Progress::Complete, _) => "paid",
            _ => "unpaid",
        };
        let facts = json!({
            "id": self.id,
            "amount_subtotal": amount,
            "amount_total": amount,
            "cancel_url": self.cancel_url,
            "client_reference_id": self.client_reference_id,
            "created": self.created.as_second(),
            "currency": CURRENCY,
            "customer": self.customer,
            "customer_details": customer.map(|customer| json!({
                "email": customer.email, "name": customer.name,
            })),
            "expires_at": self.expires_at().as_second(),
            "invoice": self.invoice,
            "metadata": self.metadata,
            "payment_status": payment_status,
            "status": self.progress.as_str(),
            "subscription": self.subscription,
            "success_url": self.success_url,
            "url": (self.progress == Progress::Open).then(|| format!("{origin}{}", self.path())),
        });
        default_object(
            "checkout.session.completed",
            &self.id,
            self.customer.as_deref().unwrap_or_default(),
            self.created,
            facts,
        )
    }

    /// Returns the time at which an open session expires.
    pub(super) fn expires_at(&self) -> Timestamp {
        self.created.checked_add(SESSION_TTL).unwrap_or(Timestamp::MAX)
    }

    /// Returns the path of the Checkout page.
    pub(super) fn path(&self) -> String {
        format!("/c/pay/{}", self.id)
    }

    /// Returns the success URL with the session id filled in.
    pub(super) fn success(&self) -> String {
        self.success_url.replace("{CHECKOUT_SESSION_ID}", &self.id)
    }
}

/// Session of a customer in the billing portal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PortalSession {
    pub(super) id: String,
    pub(super) customer: String,
    pub(super) return_url: Option<String>,
    pub(super) created: Timestamp,
}

impl PortalSession {
    /// Returns the object for the API response.
    pub(super) fn object(&self, origin: &str) -> Value {
        json!({
            "id": self.id,
            "object": "billing_portal.session",
            "configuration": "bpc_local_onramp",
            "created": self.created.as_second(),
            "customer": self.customer,
            "flow": null,
            "livemode": false,
            "locale": null,
            "on_behalf_of": null,
            "return_url": self.return_url,
            "url": format!("{origin}{}", self.path()),
        })
    }

    /// Returns the path of the portal page.
    pub(super) fn path(&self) -> String {
        format!("/p/session/{}", self.id)
    }
}
