//! State of the Stripe account, except for its events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    customer::Customer,
    delivery::{Delivery, Mode},
    invoice::Invoice,
    session::{CheckoutSession, PortalSession},
    subscription::{Status, Subscription},
};

/// How long an idempotency key is valid. Source: docs.stripe.com, "Idempotent requests".
const IDEMPOTENCY_KEY_TTL: SignedDuration = SignedDuration::from_hours(24);

/// All objects of the account by id, and the events to deliver.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct AccountState {
    pub(super) customers: BTreeMap<String, Customer>,
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    pub(super) invoices: BTreeMap<String, Invoice>,
    pub(super) checkouts: BTreeMap<String, CheckoutSession>,
    pub(super) portals: BTreeMap<String, PortalSession>,
    /// Successful responses by idempotency key.
    #[serde(rename = "answers")]
    pub(super) responses: BTreeMap<String, IdempotentResponse>,
    /// Undelivered events, oldest first.
    #[serde(rename = "parcels")]
    pub(super) deliveries: Vec<Delivery>,
    /// Ids of events whose delivery failed for the whole retry period.
    pub(super) given_up: BTreeSet<String>,
    pub(super) mode: Mode,
}

/// Stored response to the first request with an idempotency key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct IdempotentResponse {
    /// Path and parameters of the first request.
    pub(super) request: String,
    pub(super) request_id: String,
    pub(super) body: Value,
    pub(super) at: Timestamp,
}

impl AccountState {
    /// Whether the webhook accepted an event.
    pub(super) fn was_delivered(&self, event: &str) -> bool {
        !self.given_up.contains(event) && self.deliveries.iter().all(|delivery| delivery.id() != event)
    }

    /// Records the outcome of a delivery: removes, reschedules, or gives up the event.
    pub(super) fn delivered(&mut self, event: &str, taken: bool, now: Timestamp) {
        let Some(at) = self.deliveries.iter().position(|delivery| delivery.id() == event) else { return };
        let again = !taken && self.deliveries.get_mut(at).is_some_and(|delivery| delivery.failed(now));
        if !again {
            self.deliveries.remove(at);
        }
        if !again && !taken {
            self.given_up.insert(event.to_owned());
        }
    }

    /// Returns the customer, unless it is deleted.
    pub(super) fn customer(&self, id: &str) -> Option<&Customer> {
        self.customers.get(id).filter(|customer| !customer.deleted)
    }

    /// Cancels a subscription and stops the retries of its open invoices. Returns `None` if the
    /// subscription does not exist or is already canceled.
    pub(super) fn end(&mut self, id: &str, now: Timestamp) -> Option<&Subscription> {
        let subscription = self.subscriptions.get_mut(id).filter(|subscription| subscription.is_alive())?;
        subscription.status = Status::Canceled;
        subscription.canceled_at = subscription.canceled_at.or(Some(now));
        subscription.ended_at = Some(now);
        for invoice in self.invoices.values_mut().filter(|invoice| invoice.subscription == id) {
            invoice.next_attempt = None;
        }
        Some(subscription)
    }

    /// Returns the customer's subscriptions, oldest first.
    pub(super) fn subscriptions_of(&self, customer: &str) -> Vec<&Subscription> {
        let mut all: Vec<_> = self.subscriptions.values().filter(|one| one.customer == customer).collect();
        all.sort_by_key(|subscription| subscription.created);
        all
    }

    /// Returns the customer's invoices, newest first.
    pub(super) fn invoices_of(&self, customer: &str) -> Vec<&Invoice> {
        let mut all: Vec<_> = self.invoices.values().filter(|one| one.customer == customer).collect();
        all.sort_by(|a, b| (b.created, &b.number).cmp(&(a.created, &a.number)));
        all
    }

    /// Returns the unpaid invoices of the customer's subscriptions that are not canceled.
    pub(super) fn open_invoices_of(&self, customer: &str) -> Vec<&Invoice> {
        let is_alive = |id: &str| self.subscriptions.get(id).is_some_and(Subscription::is_alive);
        let open = |invoice: &&Invoice| invoice.paid_at.is_none() && is_alive(&invoice.subscription);
        self.invoices_of(customer).into_iter().filter(open).collect()
    }

    /// Stores a response and removes all expired responses.
    pub(super) fn store_response(&mut self, key: &str, response: IdempotentResponse) {
        self.responses.retain(|_, stored| response.at.duration_since(stored.at) < IDEMPOTENCY_KEY_TTL);
        self.responses.insert(key.to_owned(), response);
    }

    /// Returns the stored response for an idempotency key, unless it has expired.
    pub(super) fn stored_response(&self, key: &str, now: Timestamp) -> Option<&IdempotentResponse> {
        self.responses.get(key).filter(|stored| now.duration_since(stored.at) < IDEMPOTENCY_KEY_TTL)
    }
}
