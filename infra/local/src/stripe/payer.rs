//! Who an event is about.

use super::seed::{Seed, derived};
use super::spec::EventSpec;
use serde_json::{Value, json};

/// The customer of an event, with the subscription that all events of this customer speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payer {
    /// Stripe's customer id, `cus_…`.
    pub customer: String,
    /// Stripe's subscription id, `sub_…`.
    pub subscription: String,
    /// The organization named in the metadata, as our own Checkout does; `None` for a customer of somebody else.
    pub organization: Option<String>,
}

impl Payer {
    /// The payer that a spec names. With neither an organization nor a customer it is a stranger, new on each call.
    pub fn new(spec: &EventSpec, seed: &Seed) -> Payer {
        let customer = match (&spec.customer, &spec.organization_id) {
            (Some(customer), _) => customer.clone(),
            (None, Some(organization)) => derived("cus", &[organization.as_bytes()]),
            (None, None) => seed.id("cus"),
        };
        Payer {
            subscription: spec.subscription.clone().unwrap_or_else(|| derived("sub", &[customer.as_bytes()])),
            customer,
            organization: spec.organization_id.clone(),
        }
    }

    /// The metadata that our own Checkout sets on customer, session and subscription.
    pub(super) fn metadata(&self) -> Value {
        match &self.organization {
            Some(organization) => json!({ "organization_id": organization }),
            None => json!({}),
        }
    }
}
