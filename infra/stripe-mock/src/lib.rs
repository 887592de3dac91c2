//! Local Stripe mock: API, hosted pages, and signed events. It makes no payments.
//!
//! [`StripeMock`] stores customers, subscriptions, and invoices, and renews subscriptions as the
//! local clock advances. It rejects requests that Stripe rejects. [`WebhookSender`] delivers the
//! events of the mock to Onramp's webhook. It repeats a failed delivery until a delivery succeeds
//! or the event is three days old.
//!
//! Onramp calls the mock only through Stripe's API, and the mock calls Onramp only through the
//! webhook. There is one exception: the gateway reports each accepted event to
//! [`StripeMock::observe`], so that a customer who appears only in a test event also has a portal.

mod account;
mod account_state;
mod api;
mod billing_cycle;
mod customer;
mod defaults;
mod delivery;
mod event_scope;
mod existing;
mod invoice;
mod pages;
mod price;
mod sender;
mod session;
mod subscription;
pub mod test_events;
mod transition;
mod words;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub use account::Account;
use account_state::AccountState;
use axum::body::Bytes;
use customer::Customer;
use delivery::Delivery;
pub use delivery::Mode;
use event_scope::{EndedObject, EventScope, ORGANIZATION};
pub use existing::Existing;
use http::{Request, Response};
use jiff::Timestamp;
pub use price::Price;
use runtime::Rng;
pub use sender::WebhookSender;
use serde_json::Value;
use tokio::sync::Notify;
use transition::Transition;

use crate::test_events::EventSpec;
use sim::{append_log::AppendLog, clock::LocalClock};

/// File in the data folder that stores the account state.
const STATE_FILE: &str = "stripe.json";

/// In-memory Stripe account with its events, optionally stored in the data folder.
#[derive(Debug)]
pub struct StripeMock {
    account: Account,
    state: Mutex<AccountState>,
    events: AppendLog<Value>,
    file: Option<PathBuf>,
    clock: Arc<LocalClock>,
    rng: Rng,
    new_work: Notify,
}

impl StripeMock {
    /// Loads the state from `folder`. Without a folder, the mock starts empty and stores its state
    /// in memory only.
    ///
    /// # Errors
    /// Returns an error if the folder cannot be read or its file is not a valid state.
    pub fn open(account: Account, clock: Arc<LocalClock>, folder: Option<&Path>) -> io::Result<Self> {
        let file = folder.map(|folder| folder.join(STATE_FILE));
        let state = match file.as_deref().map(std::fs::read) {
            None => AccountState::default(),
            Some(Ok(text)) => serde_json::from_slice(&text)?,
            Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => AccountState::default(),
            Some(Err(error)) => return Err(error),
        };
        Ok(Self {
            account,
            state: Mutex::new(state),
            events: AppendLog::open(folder, "stripe-events.jsonl")?,
            file,
            clock,
            rng: Rng::system(),
            new_work: Notify::new(),
        })
    }

    /// Handles an HTTP request. Paths under `/v1` and `/v2` are the API, all others hosted pages.
    pub fn handle(&self, request: &Request<Bytes>) -> Response<Bytes> {
        if ["/v1/", "/v2/"].iter().any(|api| request.uri().path().starts_with(api)) {
            api::respond(self, request)
        } else {
            pages::respond(self, request)
        }
    }

    /// Returns the origin of the hosted pages.
    pub fn origin(&self) -> &str {
        &self.account.origin
    }

    /// Applies all scheduled changes that are due by the local clock, each with its own time.
    pub fn run_due(&self) {
        let now = self.clock.now();
        // One lock covers reading and applying, so that no change is applied twice.
        let mut state = self.lock();
        while let Some((at, change)) = state.calendar().into_iter().next().filter(|(at, _)| *at <= now) {
            self.change(&mut state, at, |transition| transition.apply(&change));
        }
    }

    /// Returns the time of the next scheduled change or delivery after `after`.
    pub fn next_due(&self, after: Timestamp) -> Option<Timestamp> {
        let state = self.lock();
        let deliveries =
            state.deliveries.iter().filter(|delivery| !delivery.held).map(|delivery| delivery.due);
        let changes = state.calendar().into_iter().map(|(at, _)| at);
        deliveries.chain(changes).filter(|at| *at > after).min()
    }

    /// Returns the current delivery mode.
    pub fn mode(&self) -> Mode {
        self.lock().mode
    }

    /// Sets the delivery mode. Every mode except [`Mode::Hold`] releases the held events.
    pub fn set_mode(&self, mode: Mode) {
        let mut state = self.lock();
        state.mode = mode;
        if mode != Mode::Hold {
            state.deliveries.iter_mut().for_each(|delivery| delivery.held = false);
        }
        self.save(&state);
        self.new_work.notify_one();
    }

    /// Returns the number of held events and the number of other undelivered events.
    pub fn undelivered(&self) -> (usize, usize) {
        let state = self.lock();
        let held = state.deliveries.iter().filter(|delivery| delivery.held).count();
        (held, state.deliveries.len() - held)
    }

    /// Returns all events that the mock created, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.events.all()
    }

    /// Adds the customer and the subscription of `event`, which Onramp's webhook accepted. The
    /// sender of the event can be the mock, the test-event API, or another program.
    ///
    /// The customer then has a portal and can open a Checkout session. If the event reports that a
    /// subscription or a customer ended, this function ends the same object in the mock.
    pub fn observe(&self, event: &[u8]) {
        let Ok(event) = serde_json::from_slice::<Value>(event) else { return };
        let Some(scope) = EventScope::read(&event) else { return };
        let mut state = self.lock();
        let now = self.clock.now();
        let customer = state.customers.entry(scope.customer.to_owned());
        let customer = customer.or_insert_with(|| Customer::with_id(scope.customer, now));
        customer.last_event_at = customer.last_event_at.max(scope.created);
        customer.deleted |= scope.ended == Some(EndedObject::Customer);
        if let Some(subscription) = scope.subscription {
            customer.subscription = Some(subscription.to_owned());
        }
        if let Some(organization) = scope.organization {
            let metadata = customer.metadata.entry(ORGANIZATION.to_owned());
            metadata.or_insert_with(|| organization.to_owned());
        }
        let ended: Vec<String> =
            state.subscriptions.values().filter(|it| scope.ends(it)).map(|it| it.id.clone()).collect();
        for subscription in ended {
            state.end(&subscription, now);
        }
        self.save(&state);
    }

    /// Sets the customer and the subscription of a test event, if this account has them. A customer
    /// id in `spec` has precedence over the organization.
    ///
    /// Returns the time of the customer's last event in seconds since 1970. Returns `None` if this
    /// account has no such customer, or no event of the customer.
    pub fn resolve_customer(&self, spec: &mut EventSpec) -> Option<i64> {
        let state = self.lock();
        if let (None, Some(organization)) = (&spec.customer, &spec.organization_id) {
            let candidates =
                state.customers.values().filter(|one| one.metadata.get(ORGANIZATION) == Some(organization));
            // Prefer the oldest existing customer, then the most recently created deleted one.
            let (deleted, existing): (Vec<_>, Vec<_>) = candidates.partition(|one| one.deleted);
            let oldest = existing.into_iter().min_by_key(|one| one.created);
            let chosen = oldest.or_else(|| deleted.into_iter().max_by_key(|one| one.created));
            spec.customer = chosen.map(|one| one.id.clone());
        }
        let customer = state.customers.get(spec.customer.as_ref()?)?;
        spec.subscription.clone_from(&customer.subscription);
        customer.last_event_at
    }

    /// Returns the ids of all customers, deleted ones included.
    pub fn customers(&self) -> Vec<String> {
        self.lock().customers.keys().cloned().collect()
    }

    /// Deletes the whole state and all events.
    pub fn clear(&self) {
        let mut state = self.lock();
        *state = AccountState::default();
        self.save(&state);
        self.events.clear();
    }

    /// Releases all held events and returns their number.
    fn release(&self) -> usize {
        let mut state = self.lock();
        let mut released = 0;
        for delivery in state.deliveries.iter_mut().filter(|delivery| delivery.held) {
            delivery.held = false;
            released += 1;
        }
        self.save(&state);
        released
    }

    /// Returns the delivery mode and the events that are due, in the order that the mode requires.
    ///
    /// Marks each of these events as in progress until the caller calls [`Self::delivered`] for it.
    fn take_due(&self) -> (Mode, Vec<Value>) {
        let now = self.clock.now();
        let mut state = self.lock();
        let mut events = Vec::new();
        for delivery in state.deliveries.iter_mut().filter(|delivery| delivery.is_due(now)) {
            delivery.in_progress = true;
            events.push(delivery.event.clone());
        }
        if state.mode == Mode::Shuffle {
            events.sort_by_cached_key(|_| u64::from_ne_bytes(self.rng.bytes()));
        }
        (state.mode, events)
    }

    /// Records whether the webhook accepted an event.
    fn delivered(&self, event: &Value, taken: bool) {
        let now = self.clock.now();
        let id = event.get("id").and_then(Value::as_str).unwrap_or_default();
        let mut state = self.lock();
        state.delivered(id, taken, now);
        self.save(&state);
    }

    /// Waits until there are new events to deliver.
    async fn new_work(&self) {
        self.new_work.notified().await;
    }

    /// Runs `act` at the time `now`, saves the state, and queues the emitted events for delivery.
    fn transition<T>(&self, now: Timestamp, act: impl FnOnce(&mut Transition<'_>) -> T) -> T {
        self.change(&mut self.lock(), now, act)
    }

    fn change<T>(
        &self,
        state: &mut AccountState,
        now: Timestamp,
        act: impl FnOnce(&mut Transition<'_>) -> T,
    ) -> T {
        let mut transition = Transition::new(state, &self.account, &self.rng, now);
        let outcome = act(&mut transition);
        let events = transition.into_events();
        let mode = state.mode;
        for event in events {
            self.events.push(event.clone());
            state.deliveries.push(Delivery::new(event, self.clock.now(), mode));
        }
        self.save(state);
        self.new_work.notify_one();
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, AccountState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the state to its file. If the write fails, the mock logs a warning and continues. The
    /// file then still contains the previous state, and the next start loads it.
    fn save(&self, state: &AccountState) {
        let Some(file) = &self.file else { return };
        let text = serde_json::to_vec(state).map_err(io::Error::from);
        if let Err(error) = text.and_then(|text| sim::replace(file, text)) {
            tracing::warn!(%error, "failed to save the state of the Stripe mock");
        }
    }
}
