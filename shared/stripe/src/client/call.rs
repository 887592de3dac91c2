//! What is asked of Stripe. Source: Stripe's API reference, "Create a customer", "Create a Checkout Session" and
//! "Create a portal session".

use domain::{billing::CustomerId, checkout::FirstCharge, id::OrgId};
use form_urlencoded::Serializer;

/// A call: its path, and the form it carries.
pub(super) struct Call {
    pub path: &'static str,
    pub form: String,
}

impl Call {
    fn of(path: &'static str, pairs: &[(&str, &str)]) -> Self {
        Self { path, form: Serializer::new(String::new()).extend_pairs(pairs).finish() }
    }
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
    pub(super) fn call(&self) -> Call {
        let organization = self.organization.to_string();
        Call::of(
            "/v1/customers",
            &[("name", self.name), ("email", self.email), ("metadata[organization_id]", &organization)],
        )
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
    pub(super) fn call(&self) -> Call {
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
        Call::of("/v1/checkout/sessions", &pairs)
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
    pub(super) fn call(&self) -> Call {
        let pairs = [("customer", self.customer.as_str()), ("return_url", self.return_url)];
        Call::of("/v1/billing_portal/sessions", &pairs)
    }
}
