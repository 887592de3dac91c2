//! Customer, subscription, and organization of an event.

use serde_json::{Value, json};

use super::{
    seed::{Seed, derived},
    spec::EventSpec,
};

/// Customer of an event, with the subscription that all events of this customer contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payer {
    /// Stripe's customer id, `cus_…`.
    pub customer: String,
    /// Stripe's subscription id, `sub_…`.
    pub subscription: String,
    /// Organization id for the metadata of the event's object, as Onramp sets it at Checkout.
    /// `None` for a customer who did not come from Onramp.
    pub organization: Option<String>,
}

impl Payer {
    /// Returns the payer of the event that `spec` describes. If the spec has no customer id, this
    /// function derives one from the organization id. Without both ids, it derives the customer id
    /// from `seed`, so each event gets a new customer.
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

    /// Returns the metadata that Onramp sets at Checkout on the customer, the session, and the
    /// subscription.
    pub(super) fn metadata(&self) -> Value {
        match &self.organization {
            Some(organization) => json!({ "organization_id": organization }),
            None => json!({}),
        }
    }
}
