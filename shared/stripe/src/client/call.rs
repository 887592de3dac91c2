//! What is asked of Stripe. Source: Stripe's API reference, "Create a customer", "Create a Checkout Session", "List all
//! Checkout Sessions", "Expire a Checkout Session", "List subscriptions" and "Create a portal session".

use domain::{billing::CustomerId, checkout::FirstCharge, id::OrgId};
use form_urlencoded::Serializer;

use super::checkout::CheckoutId;

/// The most objects that Stripe lists at once.
const MOST_LISTED: &str = "100";

/// A call.
pub(super) struct Call {
    /// `None` for a question, which changes nothing: it needs no key to be asked again.
    pub idempotency_key: Option<String>,
    /// With its query, for a question.
    pub path: String,
    /// What is sent along.
    pub form: String,
}

impl Call {
    fn ask(path: &str, pairs: &[(&str, &str)]) -> Self {
        Self { idempotency_key: None, path: format!("{path}?{}", encoded(pairs)), form: String::new() }
    }

    fn order(path: &str, pairs: &[(&str, &str)], idempotency_key: &str) -> Self {
        let key = Some(idempotency_key.to_owned());
        Self { idempotency_key: key, path: path.to_owned(), form: encoded(pairs) }
    }

    /// The Checkouts of a customer that can still be paid.
    pub fn open_checkouts(customer: &CustomerId) -> Self {
        let customer = customer.as_str();
        let pairs = [("customer", customer), ("status", "open"), ("limit", MOST_LISTED)];
        Self::ask("/v1/checkout/sessions", &pairs)
    }

    /// That a Checkout can be paid no more.
    pub fn expire_checkout(id: &CheckoutId) -> Self {
        let id = id.as_str();
        Self::order(&format!("/v1/checkout/sessions/{id}/expire"), &[], &format!("expire-{id}"))
    }

    /// The subscriptions of a customer, but for canceled ones.
    pub fn subscriptions(customer: &CustomerId) -> Self {
        Self::ask("/v1/subscriptions", &[("customer", customer.as_str()), ("limit", MOST_LISTED)])
    }
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A customer to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewCustomer<'a> {
    /// The organization that pays. Everything that Stripe ever tells of the customer carries it.
    pub organization: OrgId,
    /// Its name, for invoices.
    pub name: &'a str,
    /// Where invoices and receipts go.
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
        Call::order("/v1/customers", &pairs, idempotency_key)
    }
}

/// A Checkout of a subscription, to be opened.
#[derive(Debug, Clone, Copy)]
pub struct NewCheckout<'a> {
    /// Who pays.
    pub customer: &'a CustomerId,
    /// What for. The session names it twice, since only both together are a claim; the subscription carries it on.
    pub organization: OrgId,
    /// The price, `price_…`.
    pub price: &'a str,
    /// When it is charged first.
    pub first_charge: FirstCharge,
    /// Where Stripe sends people who paid; `{CHECKOUT_SESSION_ID}` in it becomes the session's id.
    pub success_url: &'a str,
    /// Where Stripe sends people who did not.
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
        Call::order("/v1/checkout/sessions", &pairs, idempotency_key)
    }
}

/// A visit to the Customer Portal, to be opened.
#[derive(Debug, Clone, Copy)]
pub struct NewPortal<'a> {
    /// Whose.
    pub customer: &'a CustomerId,
    /// Where Stripe sends people when they are done.
    pub return_url: &'a str,
}

impl NewPortal<'_> {
    pub(super) fn call(&self, idempotency_key: &str) -> Call {
        let pairs = [("customer", self.customer.as_str()), ("return_url", self.return_url)];
        Call::order("/v1/billing_portal/sessions", &pairs, idempotency_key)
    }
}
