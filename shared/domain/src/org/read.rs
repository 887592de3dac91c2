//! The subscriptions of an imported customer, as Stripe returned them.

use jiff::Timestamp;

use super::{Org, Setup};
use crate::billing::{Fact, Prices};

/// A subscription as Stripe returned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadSubscription {
    /// Its state, as a fact of a read.
    pub fact: Fact,
    /// The payment of its newest invoice, if that invoice is paid.
    pub payment: Option<Fact>,
    /// When it was created.
    pub created: Timestamp,
}

impl Org {
    /// Returns whether the organization was imported and the subscriptions of its customer are not
    /// known yet.
    #[must_use]
    pub fn is_import_open(&self) -> bool {
        self.imported_at.is_some() && self.customer_read.is_some()
    }

    /// Returns whether the subscriptions of an imported customer are not known yet, and Onramp still
    /// tries to read them. The access is then full.
    #[must_use]
    pub fn awaits_customer(&self, now: Timestamp) -> bool {
        self.imported_at.is_some() && self.customer_read.is_some_and(|read| !read.is_over(now))
    }

    /// Records all subscriptions of the customer, which Stripe returned, and closes the request. Does
    /// nothing without a request.
    ///
    /// If a subscription provisions the organization, it does so with `setup`.
    pub fn record_read(
        &mut self,
        subscriptions: &[ReadSubscription],
        prices: &Prices,
        setup: &Setup,
        now: Timestamp,
    ) {
        if self.customer_read.is_none() {
            return;
        }
        // The subscriptions first: they keep their newest invoices from being folded.
        let facts = subscriptions.iter().map(|read| &read.fact);
        for fact in facts.chain(subscriptions.iter().filter_map(|read| read.payment.as_ref())) {
            self.record(fact, prices, setup, now);
        }
        let before = subscriptions.iter().filter(|read| Some(read.created) <= self.imported_at);
        let begun = before.filter_map(|read| read.fact.subscription().cloned());
        self.plans_before_notices.get_or_insert_default().extend(begun);
        self.close_read(now);
    }

    /// Notes that the attempt to read the customer failed. Returns whether the time for attempts is
    /// over, so that this closed the request.
    pub fn postpone_read(&mut self, now: Timestamp) -> bool {
        let Some(read) = self.customer_read else { return false };
        match read.after_failure(now) {
            Some(next) => self.customer_read = Some(next),
            None => self.close_read(now),
        }
        self.customer_read.is_none()
    }

    fn close_read(&mut self, now: Timestamp) {
        self.customer_read = None;
        self.announce_plan(now);
    }
}
