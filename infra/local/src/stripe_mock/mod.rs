//! The local stand-in for Stripe: its API, its hosted pages, and the events that it sends.
//!
//! It behaves as Stripe does towards a program: it refuses what Stripe refuses, keeps customers, subscriptions and
//! invoices, lets them renew as the local clock moves, and tells of everything by signed events, which it delivers
//! again until they are taken. No money moves.
//!
//! [`StandIn`] is what happens inside; [`Courier`] carries its events to the webhook. It knows Onramp only by that
//! webhook, and Onramp knows it only by Stripe's API.

mod account;
mod account_state;
mod api;
mod billing_cycle;
mod customer;
mod defaults;
mod delivery;
mod event_scope;
mod invoice;
mod pages;
mod price;
mod sender;
mod session;
mod subscription;
mod transition;

pub use account::Account;
pub(crate) use api::Disturbance;
pub use api::operation;
pub use delivery::Mode;
pub use price::Price;
pub use sender::WebhookSender;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use boot::Rng;
use http::{Request, Response};
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Notify;

use crate::append_log::AppendLog;
use crate::clock::LocalClock;
use crate::stripe::EventSpec;
use account_state::AccountState;
use customer::Customer;
use delivery::Delivery;
use event_scope::{EndedObject, EventScope, ORGANIZATION};
use transition::Transition;

/// The file of the data folder that keeps the book.
const FILE: &str = "stripe.json";

/// The stand-in.
#[derive(Debug)]
pub struct StripeMock {
    account: Account,
    book: Mutex<AccountState>,
    events: AppendLog<Value>,
    file: Option<PathBuf>,
    clock: Arc<LocalClock>,
    entropy: Rng,
    news: Notify,
}

impl StripeMock {
    /// Opens what is kept under `folder`, or an empty one in memory.
    ///
    /// # Errors
    /// The folder cannot be read, or what lies there is not what was written.
    pub fn open(account: Account, clock: Arc<LocalClock>, folder: Option<&Path>) -> io::Result<Self> {
        let file = folder.map(|folder| folder.join(FILE));
        let book = match file.as_deref().map(std::fs::read) {
            None => AccountState::default(),
            Some(Ok(text)) => serde_json::from_slice(&text)?,
            Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => AccountState::default(),
            Some(Err(error)) => return Err(error),
        };
        Ok(Self {
            account,
            book: Mutex::new(book),
            events: AppendLog::open(folder, "stripe-events.jsonl")?,
            file,
            clock,
            entropy: Rng::system(),
            news: Notify::new(),
        })
    }

    /// Answers a request: to the API under `/v1` and `/v2`, otherwise to a hosted page.
    pub fn handle(&self, request: &Request<Bytes>) -> Response<Bytes> {
        if ["/v1/", "/v2/"].iter().any(|api| request.uri().path().starts_with(api)) {
            api::respond(self, request)
        } else {
            pages::respond(self, request)
        }
    }

    /// Where the hosted pages are.
    pub fn origin(&self) -> &str {
        &self.account.origin
    }

    /// Lets everything happen that is due by the clock, each at its own moment.
    pub fn live(&self) {
        let now = self.clock.now();
        // One lock for looking and acting: nothing may happen twice because two looked at once.
        let mut book = self.lock();
        while let Some((at, occasion)) = book.calendar().into_iter().next().filter(|(at, _)| *at <= now) {
            self.change(&mut book, at, |turn| turn.happen(&occasion));
        }
    }

    /// The next moment after `after` at which something happens or is delivered by itself.
    pub fn next_due(&self, after: Timestamp) -> Option<Timestamp> {
        let book = self.lock();
        let parcels = book.parcels.iter().filter(|parcel| !parcel.held).map(|parcel| parcel.due);
        let occasions = book.calendar().into_iter().map(|(at, _)| at);
        parcels.chain(occasions).filter(|at| *at > after).min()
    }

    /// How events are delivered.
    pub fn mode(&self) -> Mode {
        self.lock().mode
    }

    /// Delivers otherwise from now on. Only [`Mode::Hold`] leaves anything held.
    pub fn set_mode(&self, mode: Mode) {
        let mut book = self.lock();
        book.mode = mode;
        if mode != Mode::Hold {
            book.parcels.iter_mut().for_each(|parcel| parcel.held = false);
        }
        self.save(&book);
        self.news.notify_one();
    }

    /// How many events are held, and how many wait for another try.
    pub fn waiting(&self) -> (usize, usize) {
        let book = self.lock();
        let held = book.parcels.iter().filter(|parcel| parcel.held).count();
        (held, book.parcels.len() - held)
    }

    /// All events, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.events.all()
    }

    /// Hears of an event that was believed, whoever sent it: Stripe knows whom its events speak of, so the portal opens
    /// for them, and a Checkout; and what its events call over is over.
    pub fn witness(&self, event: &[u8]) {
        let Ok(event) = serde_json::from_slice::<Value>(event) else { return };
        let Some(told) = EventScope::read(&event) else { return };
        let mut book = self.lock();
        let now = self.clock.now();
        let customer = book.customers.entry(told.customer.to_owned());
        let customer = customer.or_insert_with(|| Customer::unnamed(told.customer, now));
        customer.told = customer.told.max(told.created);
        customer.deleted |= told.over == Some(EndedObject::Customer);
        if let Some(subscription) = told.subscription {
            customer.subscription = Some(subscription.to_owned());
        }
        if let Some(organization) = told.organization {
            let named = customer.metadata.entry(ORGANIZATION.to_owned());
            named.or_insert_with(|| organization.to_owned());
        }
        let over: Vec<String> =
            book.subscriptions.values().filter(|it| told.ends(it)).map(|it| it.id.clone()).collect();
        for subscription in over {
            book.end(&subscription, now);
        }
        self.save(&book);
    }

    /// Completes what is told by hand of an organization that has a customer, or of a customer with a subscription.
    /// Answers when this customer was last told of, in seconds.
    pub fn complete(&self, spec: &mut EventSpec) -> Option<i64> {
        let book = self.lock();
        if let (None, Some(organization)) = (&spec.customer, &spec.organization_id) {
            let theirs =
                book.customers.values().filter(|one| one.metadata.get(ORGANIZATION) == Some(organization));
            // The first that is there; of those that were deleted the last.
            let (gone, there): (Vec<_>, Vec<_>) = theirs.partition(|one| one.deleted);
            let first = there.into_iter().min_by_key(|one| one.created);
            let meant = first.or_else(|| gone.into_iter().max_by_key(|one| one.created));
            spec.customer = meant.map(|one| one.id.clone());
        }
        let customer = book.customers.get(spec.customer.as_ref()?)?;
        spec.subscription.clone_from(&customer.subscription);
        customer.told
    }

    /// The ids of all customers.
    pub fn customers(&self) -> Vec<String> {
        self.lock().customers.keys().cloned().collect()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut book = self.lock();
        *book = AccountState::default();
        self.save(&book);
        self.events.clear();
    }

    /// Lets go of what is held; how many events that were.
    fn release(&self) -> usize {
        let mut book = self.lock();
        let mut released = 0;
        for parcel in book.parcels.iter_mut().filter(|parcel| parcel.held) {
            parcel.held = false;
            released += 1;
        }
        self.save(&book);
        released
    }

    /// The events to deliver now, in the order of the mode. Each is the caller's until it is [`Self::delivered`].
    fn take_due(&self) -> (Mode, Vec<Value>) {
        let now = self.clock.now();
        let mut book = self.lock();
        let mut events = Vec::new();
        for parcel in book.parcels.iter_mut().filter(|parcel| parcel.is_due(now)) {
            parcel.under_way = true;
            events.push(parcel.event.clone());
        }
        if book.mode == Mode::Shuffle {
            events.sort_by_cached_key(|_| u64::from_ne_bytes(self.entropy.bytes()));
        }
        (book.mode, events)
    }

    /// Notes whether an event was taken.
    fn delivered(&self, event: &Value, taken: bool) {
        let now = self.clock.now();
        let id = event.get("id").and_then(Value::as_str).unwrap_or_default();
        let mut book = self.lock();
        book.delivered(id, taken, now);
        self.save(&book);
    }

    /// Waits until there is something new to deliver.
    async fn news(&self) {
        self.news.notified().await;
    }

    /// Changes the book as of `now`, keeps it, and puts what was told on its way.
    fn transition<T>(&self, now: Timestamp, act: impl FnOnce(&mut Transition<'_>) -> T) -> T {
        self.change(&mut self.lock(), now, act)
    }

    fn change<T>(
        &self,
        book: &mut AccountState,
        now: Timestamp,
        act: impl FnOnce(&mut Transition<'_>) -> T,
    ) -> T {
        let mut turn = Transition::new(book, &self.account, &self.entropy, now);
        let outcome = act(&mut turn);
        let told = turn.into_events();
        let mode = book.mode;
        for event in told {
            self.events.push(event.clone());
            book.parcels.push(Delivery::new(event, self.clock.now(), mode));
        }
        self.save(book);
        self.news.notify_one();
        outcome
    }

    fn lock(&self) -> MutexGuard<'_, AccountState> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the book. A file that cannot be written is reported and costs only the memory of the next start.
    fn save(&self, book: &AccountState) {
        let Some(file) = &self.file else { return };
        let fresh = file.with_extension("new");
        let text = serde_json::to_vec(book).map_err(io::Error::from);
        let saved =
            text.and_then(|text| std::fs::write(&fresh, text)).and_then(|()| std::fs::rename(&fresh, file));
        if let Err(error) = saved {
            tracing::warn!(%error, "what Stripe's stand-in knows cannot be saved");
        }
    }
}
