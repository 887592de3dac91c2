//! Plan changes, cancellations, and deletions.

use super::super::transition::Transition;

impl Transition<'_> {
    /// Changes the price of a subscription, starting with its next invoice.
    pub(in super::super) fn change_plan(&mut self, subscription: &str, price: &str) {
        if self.account.find_price(price).is_some() && self.is_alive(subscription) {
            self.change(subscription, |subscription| price.clone_into(&mut subscription.price));
        }
    }

    /// Schedules the cancellation at period end, or removes it.
    pub(in super::super) fn cancel_at_period_end(&mut self, subscription: &str, cancel: bool) {
        let now = self.now;
        if self.is_alive(subscription) {
            self.change(subscription, |subscription| {
                subscription.cancel_at_period_end = cancel;
                subscription.canceled_at = cancel.then_some(now);
            });
        }
    }

    /// Cancels a subscription immediately and stops the retries of its open invoices.
    pub(in super::super) fn cancel(&mut self, id: &str) {
        let now = self.now;
        let account = self.account;
        let Some(subscription) = self.state.end(id, now) else { return };
        let object = subscription.object(account.price(&subscription.price));
        self.emit("customer.subscription.deleted", &object);
    }

    /// Deletes a customer and cancels its subscriptions.
    pub(in super::super) fn delete_customer(&mut self, id: &str) {
        if self.state.customer(id).is_none() {
            return;
        }
        let alive: Vec<String> = self
            .state
            .subscriptions_of(id)
            .iter()
            .filter(|subscription| subscription.is_alive())
            .map(|subscription| subscription.id.clone())
            .collect();
        for subscription in alive {
            self.cancel(&subscription);
        }
        if let Some(customer) = self.state.customers.get_mut(id) {
            customer.deleted = true;
            let object = customer.object();
            self.emit("customer.deleted", &object);
        }
    }

    fn is_alive(&self, subscription: &str) -> bool {
        self.state.subscriptions.get(subscription).is_some_and(|subscription| subscription.is_alive())
    }
}
