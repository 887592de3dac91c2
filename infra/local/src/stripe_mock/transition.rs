//! One change of the book, and the events that tell of it.

use boot::Rng;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Account;
use super::account_state::AccountState;
use super::defaults::previous_attributes;
use super::price::Price;
use super::subscription::Subscription;
use crate::stripe::{EventSpec, Seed, build_event};

/// What happens at one moment. Its events leave together, in the order in which they were told.
pub(super) struct Transition<'a> {
    pub(super) book: &'a mut AccountState,
    pub(super) account: &'a Account,
    /// The moment, in whole seconds as all of Stripe's times are.
    pub(super) now: Timestamp,
    entropy: &'a Rng,
    told: Vec<Value>,
}

impl<'a> Transition<'a> {
    pub(super) fn new(
        book: &'a mut AccountState,
        account: &'a Account,
        entropy: &'a Rng,
        now: Timestamp,
    ) -> Self {
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        Self { book, account, now, entropy, told: Vec::new() }
    }

    /// A new id with a prefix such as `cus`.
    pub(super) fn id(&self, prefix: &str) -> String {
        Seed::new(self.entropy.bytes()).id(prefix)
    }

    /// The events that were told, in order.
    pub(super) fn into_events(self) -> Vec<Value> {
        self.told
    }

    /// Tells that something happened to an object.
    pub(super) fn tell(&mut self, kind: &str, object: &Value) {
        self.tell_with(kind, json!({ "object": object }));
    }

    /// Tells of an update, if the object is another one than `before`.
    pub(super) fn tell_update(&mut self, kind: &str, before: &Value, object: &Value) {
        let previous = previous_attributes(before, object);
        if !previous.is_empty() {
            self.tell_with(kind, json!({ "object": object, "previous_attributes": previous }));
        }
    }

    fn tell_with(&mut self, kind: &str, content: Value) {
        let seed = Seed::new(self.entropy.bytes());
        // Nothing is set by path here, so there is no path that could be at fault.
        let mut event = build_event(&EventSpec::new(kind), "", &seed, self.now).unwrap_or_default();
        if let Some(fields) = event.as_object_mut() {
            fields.insert("data".to_owned(), content);
        }
        self.told.push(event);
    }

    /// Changes a subscription, and tells of it.
    pub(super) fn change(&mut self, id: &str, change: impl FnOnce(&mut Subscription)) {
        let account = self.account;
        let Some(subscription) = self.book.subscriptions.get_mut(id) else { return };
        let before = subscription.object(account.price(&subscription.price));
        change(subscription);
        let after = subscription.object(account.price(&subscription.price));
        self.tell_update("customer.subscription.updated", &before, &after);
    }

    /// Tells of each of these types about an invoice as it now is.
    pub(super) fn tell_invoice(&mut self, id: &str, kinds: &[&str]) {
        let Some(invoice) = self.book.invoices.get(id) else { return };
        let object = invoice.object(self.account.price(&invoice.price));
        for kind in kinds {
            self.tell(kind, &object);
        }
    }

    /// A price of the account.
    pub(super) fn price(&self, id: &str) -> &'a Price {
        self.account.price(id)
    }
}
