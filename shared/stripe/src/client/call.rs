//! The parameters of API calls.
//!
//! Source: Stripe's API reference, "Create a customer", "Create a Checkout Session", "List all
//! Checkout Sessions", "Expire a Checkout Session", "List subscriptions", "Retrieve a price", and
//! "Create a portal session".

use domain::{
    billing::{CustomerId, FirstCharge},
    id::OrgId,
};
use form_urlencoded::Serializer;

use super::session::CheckoutId;

/// Maximum page size of Stripe's list endpoints.
const MAX_PAGE_SIZE: &str = "100";

/// An API call: its path and its parameters.
pub(super) struct Call {
    /// The idempotency key. `None` for a read, which is safe to repeat without one.
    pub idempotency_key: Option<String>,
    /// The path, with the query of a read.
    pub path: String,
    /// The URL-encoded body; empty for a read.
    pub form: String,
}

impl Call {
    fn get(path: &str, pairs: &[(&str, &str)]) -> Self {
        Self { idempotency_key: None, path: format!("{path}?{}", encoded(pairs)), form: String::new() }
    }

    fn post(path: &str, pairs: &[(&str, &str)], idempotency_key: &str) -> Self {
        let key = Some(idempotency_key.to_owned());
        Self { idempotency_key: key, path: path.to_owned(), form: encoded(pairs) }
    }

    /// Lists the open Checkout sessions of a customer.
    pub fn open_checkouts(customer: &CustomerId) -> Self {
        let customer = customer.as_str();
        let pairs = [("customer", customer), ("status", "open"), ("limit", MAX_PAGE_SIZE)];
        Self::get("/v1/checkout/sessions", &pairs)
    }

    /// Expires a Checkout session.
    pub fn expire_checkout(id: &CheckoutId) -> Self {
        let id = id.as_str();
        Self::post(&format!("/v1/checkout/sessions/{id}/expire"), &[], &format!("expire-{id}"))
    }

    /// Reads a price. The id consists of letters, digits, and underscores.
    pub fn price(id: &str) -> Self {
        Self { idempotency_key: None, path: format!("/v1/prices/{id}"), form: String::new() }
    }

    /// Lists a page of all subscriptions of a customer, each with its newest invoice.
    pub fn all_subscriptions(customer: &CustomerId, after: Option<&str>) -> Self {
        let mut pairs = vec![
            ("customer", customer.as_str()),
            ("status", "all"),
            ("limit", MAX_PAGE_SIZE),
            ("expand[]", "data.latest_invoice"),
        ];
        pairs.extend(after.map(|id| ("starting_after", id)));
        Self::get("/v1/subscriptions", &pairs)
    }

    /// Lists the subscriptions of a customer, except canceled ones.
    pub fn subscriptions(customer: &CustomerId) -> Self {
        Self::get("/v1/subscriptions", &[("customer", customer.as_str()), ("limit", MAX_PAGE_SIZE)])
    }
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Parameters of a new customer.
#[derive(Debug, Clone, Copy)]
pub struct NewCustomer<'a> {
    /// The paying organization, which becomes the customer's metadata `organization_id`.
    pub organization: OrgId,
    /// The organization's name, which appears on invoices.
    pub name: &'a str,
    /// The address for invoices and receipts.
    pub email: &'a str,
}

impl NewCustomer<'_> {
    pub(super) fn call(&self, idempotency_key: &str) -> Call {
        let organization = self.organization.to_string();
        let pairs = [
            ("name", self.name),
            ("email", self.email),
            ("metadata[organization_id]", organization.as_str()),
        ];
        Call::post("/v1/customers", &pairs, idempotency_key)
    }
}

/// Parameters of a new Checkout session for a subscription.
#[derive(Debug, Clone, Copy)]
pub struct NewCheckout<'a> {
    /// The customer who will pay.
    pub customer: &'a CustomerId,
    /// The organization that the customer pays for. Two fields of the session name it, because
    /// [`OrgReference`](crate::OrgReference) requires both. The subscription's metadata names it
    /// too.
    pub organization: OrgId,
    /// The price id, `price_…`.
    pub price: &'a str,
    /// When the first payment is charged.
    pub first_charge: FirstCharge,
    /// The redirect after a payment. Stripe replaces `{CHECKOUT_SESSION_ID}` in it.
    pub success_url: &'a str,
    /// The redirect when the user goes back without a payment.
    pub cancel_url: &'a str,
}

impl NewCheckout<'_> {
    pub(super) fn call(&self, idempotency_key: &str) -> Call {
        let organization = self.organization.to_string();
        let mut pairs = vec![
            ("mode", "subscription"),
            ("customer", self.customer.as_str()),
            ("client_reference_id", &organization),
            ("metadata[organization_id]", &organization),
            ("line_items[0][price]", self.price),
            ("line_items[0][quantity]", "1"),
            ("subscription_data[metadata][organization_id]", &organization),
            ("success_url", self.success_url),
            ("cancel_url", self.cancel_url),
        ];
        let trial_end = match self.first_charge {
            FirstCharge::Now => None,
            FirstCharge::At(end) => Some(end.as_second().to_string()),
        };
        pairs.extend(trial_end.as_deref().map(|end| ("subscription_data[trial_end]", end)));
        Call::post("/v1/checkout/sessions", &pairs, idempotency_key)
    }
}

/// Parameters of a new session of the billing portal.
#[derive(Debug, Clone, Copy)]
pub struct NewPortal<'a> {
    /// The customer whose plan the portal shows.
    pub customer: &'a CustomerId,
    /// The target of the portal's link back to Onramp.
    pub return_url: &'a str,
}

impl NewPortal<'_> {
    pub(super) fn call(&self, idempotency_key: &str) -> Call {
        let pairs = [("customer", self.customer.as_str()), ("return_url", self.return_url)];
        Call::post("/v1/billing_portal/sessions", &pairs, idempotency_key)
    }
}
