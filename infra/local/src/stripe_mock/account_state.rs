//! Everything the stand-in remembers, besides the events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::customer::Customer;
use super::delivery::{Delivery, Mode};
use super::invoice::Invoice;
use super::session::{CheckoutSession, PortalSession};
use super::subscription::{Status, Subscription};

/// How long an idempotency key is remembered. Source: docs.stripe.com, "Idempotent requests".
const KEY_LIVES: SignedDuration = SignedDuration::from_hours(24);

/// The state, by id.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct AccountState {
    pub(super) customers: BTreeMap<String, Customer>,
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    pub(super) invoices: BTreeMap<String, Invoice>,
    pub(super) checkouts: BTreeMap<String, CheckoutSession>,
    pub(super) portals: BTreeMap<String, PortalSession>,
    /// Answers by idempotency key.
    pub(super) answers: BTreeMap<String, IdempotentResponse>,
    /// Events that are not delivered yet, oldest first.
    pub(super) parcels: Vec<Delivery>,
    /// The ids of events that were never taken.
    pub(super) given_up: BTreeSet<String>,
    /// How events are delivered.
    pub(super) mode: Mode,
}

/// The first answer to a request with an idempotency key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct IdempotentResponse {
    /// The request that it answered: path and parameters.
    pub(super) request: String,
    /// The id of that request.
    pub(super) request_id: String,
    pub(super) body: Value,
    pub(super) at: Timestamp,
}

impl AccountState {
    /// Whether an event was taken.
    pub(super) fn was_delivered(&self, event: &str) -> bool {
        !self.given_up.contains(event) && self.parcels.iter().all(|parcel| parcel.id() != event)
    }

    /// Notes how a delivery of an event ended.
    pub(super) fn delivered(&mut self, event: &str, taken: bool, now: Timestamp) {
        let Some(at) = self.parcels.iter().position(|parcel| parcel.id() == event) else { return };
        let again = !taken && self.parcels.get_mut(at).is_some_and(|parcel| parcel.failed(now));
        if !again {
            self.parcels.remove(at);
        }
        if !again && !taken {
            self.given_up.insert(event.to_owned());
        }
    }

    /// The customer, unless it is deleted.
    pub(super) fn customer(&self, id: &str) -> Option<&Customer> {
        self.customers.get(id).filter(|customer| !customer.deleted)
    }

    /// Ends a subscription that lives. Its open invoices are tried no more.
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

    /// A customer's subscriptions, oldest first.
    pub(super) fn subscriptions_of(&self, customer: &str) -> Vec<&Subscription> {
        let mut all: Vec<_> = self.subscriptions.values().filter(|one| one.customer == customer).collect();
        all.sort_by_key(|subscription| subscription.created);
        all
    }

    /// A customer's invoices, newest first.
    pub(super) fn invoices_of(&self, customer: &str) -> Vec<&Invoice> {
        let mut all: Vec<_> = self.invoices.values().filter(|one| one.customer == customer).collect();
        all.sort_by(|a, b| (b.created, &b.number).cmp(&(a.created, &a.number)));
        all
    }

    /// Invoices of living subscriptions that wait for their payment.
    pub(super) fn open_invoices_of(&self, customer: &str) -> Vec<&Invoice> {
        let lives = |id: &str| self.subscriptions.get(id).is_some_and(Subscription::is_alive);
        let open = |invoice: &&Invoice| invoice.paid_at.is_none() && lives(&invoice.subscription);
        self.invoices_of(customer).into_iter().filter(open).collect()
    }

    /// Keeps an answer, and lets go of those that are too old to be asked for.
    pub(super) fn keep_answer(&mut self, key: &str, answer: IdempotentResponse) {
        self.answers.retain(|_, kept| answer.at.duration_since(kept.at) < KEY_LIVES);
        self.answers.insert(key.to_owned(), answer);
    }

    /// The answer that an idempotency key stands for, as long as it is remembered.
    pub(super) fn kept_answer(&self, key: &str, now: Timestamp) -> Option<&IdempotentResponse> {
        self.answers.get(key).filter(|kept| now.duration_since(kept.at) < KEY_LIVES)
    }
}
