//! A change of the account state, with the events that report it.

use jiff::Timestamp;
use runtime::Rng;
use serde_json::{Value, json};

use super::{
    Account, account_state::AccountState, defaults::previous_attributes, price::Price,
    subscription::Subscription,
};
use crate::test_events::{EventSpec, Seed, build_event};

/// Changes with one common time. Their events are queued together, in the order of the changes.
pub(super) struct Transition<'a> {
    pub(super) state: &'a mut AccountState,
    pub(super) account: &'a Account,
    /// Time of the change. It has whole seconds, as all of Stripe's times.
    pub(super) now: Timestamp,
    rng: &'a Rng,
    events: Vec<Value>,
}

impl<'a> Transition<'a> {
    pub(super) fn new(
        state: &'a mut AccountState,
        account: &'a Account,
        rng: &'a Rng,
        now: Timestamp,
    ) -> Self {
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        Self { state, account, now, rng, events: Vec::new() }
    }

    /// Returns a new random id with a prefix such as `cus`.
    pub(super) fn id(&self, prefix: &str) -> String {
        Seed::new(self.rng.bytes()).id(prefix)
    }

    /// Returns the emitted events, in order.
    pub(super) fn into_events(self) -> Vec<Value> {
        self.events
    }

    /// Emits an event of type `kind` about an object.
    pub(super) fn emit(&mut self, kind: &str, object: &Value) {
        self.emit_with(kind, json!({ "object": object }));
    }

    /// Emits an update event with `previous_attributes`, unless the object is unchanged.
    pub(super) fn emit_update(&mut self, kind: &str, before: &Value, object: &Value) {
        let previous = previous_attributes(before, object);
        if !previous.is_empty() {
            self.emit_with(kind, json!({ "object": object, "previous_attributes": previous }));
        }
    }

    fn emit_with(&mut self, kind: &str, content: Value) {
        let seed = Seed::new(self.rng.bytes());
        // The only error of `build_event` is an invalid path in `set`, and `set` is empty here.
        let mut event = build_event(&EventSpec::new(kind), "", &seed, self.now).unwrap_or_default();
        if let Some(fields) = event.as_object_mut() {
            fields.insert("data".to_owned(), content);
        }
        self.events.push(event);
    }

    /// Changes a subscription and emits `customer.subscription.updated`.
    pub(super) fn change(&mut self, id: &str, change: impl FnOnce(&mut Subscription)) {
        let account = self.account;
        let Some(subscription) = self.state.subscriptions.get_mut(id) else { return };
        let before = subscription.object(account.price(&subscription.price));
        change(subscription);
        let after = subscription.object(account.price(&subscription.price));
        self.emit_update("customer.subscription.updated", &before, &after);
    }

    /// Emits one event of each type about the invoice in its current state.
    pub(super) fn emit_invoice(&mut self, id: &str, kinds: &[&str]) {
        let Some(invoice) = self.state.invoices.get(id) else { return };
        let object = invoice.object(self.account.price(&invoice.price));
        for kind in kinds {
            self.emit(kind, &object);
        }
    }

    /// Returns a price of the account.
    pub(super) fn price(&self, id: &str) -> &'a Price {
        self.account.price(id)
    }
}
