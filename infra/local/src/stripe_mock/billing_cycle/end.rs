//! How things end, and plans that change on the way.

use super::super::transition::Transition;

impl Transition<'_> {
    /// Takes another price from the next invoice on.
    pub(in super::super) fn change_plan(&mut self, subscription: &str, price: &str) {
        if self.account.find_price(price).is_some() && self.is_alive(subscription) {
            self.change(subscription, |subscription| price.clone_into(&mut subscription.price));
        }
    }

    /// Lets a subscription end with its period, or go on after all.
    pub(in super::super) fn cancel_at_period_end(&mut self, subscription: &str, cancel: bool) {
        let now = self.now;
        if self.is_alive(subscription) {
            self.change(subscription, |subscription| {
                subscription.cancel_at_period_end = cancel;
                subscription.canceled_at = cancel.then_some(now);
            });
        }
    }

    /// Ends a subscription now. Its open invoices are tried no more.
    pub(in super::super) fn cancel(&mut self, id: &str) {
        let now = self.now;
        let account = self.account;
        let Some(subscription) = self.book.end(id, now) else { return };
        let object = subscription.object(account.price(&subscription.price));
        self.tell("customer.subscription.deleted", &object);
    }

    /// Deletes a customer, whose subscriptions end with it.
    pub(in super::super) fn delete_customer(&mut self, id: &str) {
        if self.book.customer(id).is_none() {
            return;
        }
        let living: Vec<String> = self
            .book
            .subscriptions_of(id)
            .iter()
            .filter(|subscription| subscription.is_alive())
            .map(|subscription| subscription.id.clone())
            .collect();
        for subscription in living {
            self.cancel(&subscription);
        }
        if let Some(customer) = self.book.customers.get_mut(id) {
            customer.deleted = true;
            let object = customer.object();
            self.tell("customer.deleted", &object);
        }
    }

    fn is_alive(&self, subscription: &str) -> bool {
        self.book.subscriptions.get(subscription).is_some_and(|subscription| subscription.is_alive())
    }
}
