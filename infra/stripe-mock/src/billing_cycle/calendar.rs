//! Changes that happen at a scheduled time: trial notices, renewals, retries, and expiries.

use jiff::{SignedDuration, Timestamp};

use super::super::{
    account_state::AccountState,
    invoice::Reason,
    session::Progress,
    subscription::{Status, Subscription},
    transition::Transition,
};

/// Time between the `trial_will_end` event and the end of the trial.
const TRIAL_END_NOTICE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// A change that is due at a certain time, with the id of its object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum ScheduledChange {
    /// The trial of a subscription ends in three days.
    TrialWillEnd(String),
    /// The period or trial of a subscription ends.
    PeriodEnd(String),
    /// The payment of an invoice is retried.
    Retry(String),
    /// An open Checkout session expires.
    Expiry(String),
}

/// Whether the end of a trial has to be announced by `now`.
pub(super) fn is_near(end: Timestamp, now: Timestamp) -> bool {
    end.duration_since(now) <= TRIAL_END_NOTICE
}

impl AccountState {
    /// Returns all scheduled changes, the next one first.
    pub(in super::super) fn calendar(&self) -> Vec<(Timestamp, ScheduledChange)> {
        let announcements = self.subscriptions.values().filter_map(|subscription| {
            let end = subscription.trial_end.filter(|_| subscription.status == Status::Trialing)?;
            let due = !subscription.trial_end_announced && !subscription.cancel_at_period_end;
            due.then(|| (end - TRIAL_END_NOTICE, ScheduledChange::TrialWillEnd(subscription.id.clone())))
        });
        let periods = self
            .subscriptions
            .values()
            .filter(|subscription| acts_at_period_end(subscription))
            .map(|one| (one.period_end, ScheduledChange::PeriodEnd(one.id.clone())));
        let retries = self
            .invoices
            .values()
            .filter_map(|invoice| Some((invoice.next_attempt?, ScheduledChange::Retry(invoice.id.clone()))));
        let expiries = self
            .checkouts
            .values()
            .filter(|session| session.progress == Progress::Open)
            .map(|session| (session.expires_at(), ScheduledChange::Expiry(session.id.clone())));
        let mut all: Vec<_> = announcements.chain(periods).chain(retries).chain(expiries).collect();
        all.sort();
        all
    }
}

/// Whether the end of the period renews or cancels the subscription. Unpaid subscriptions do not
/// renew.
fn acts_at_period_end(subscription: &Subscription) -> bool {
    match subscription.status {
        Status::Trialing | Status::Active | Status::PastDue => true,
        Status::Unpaid => subscription.cancel_at_period_end,
        Status::Incomplete | Status::Canceled => false,
    }
}

impl Transition<'_> {
    /// Applies a scheduled change.
    pub(in super::super) fn apply(&mut self, change: &ScheduledChange) {
        match change {
            ScheduledChange::TrialWillEnd(subscription) => self.announce_trial_end(subscription),
            ScheduledChange::PeriodEnd(subscription) => self.end_period(subscription),
            ScheduledChange::Retry(invoice) => self.charge(invoice),
            ScheduledChange::Expiry(session) => self.expire(session),
        }
    }

    fn announce_trial_end(&mut self, id: &str) {
        let account = self.account;
        let Some(subscription) = self.state.subscriptions.get_mut(id) else { return };
        subscription.trial_end_announced = true;
        let object = subscription.object(account.price(&subscription.price));
        self.emit("customer.subscription.trial_will_end", &object);
    }

    /// Starts the next period and charges its invoice, or cancels the subscription if requested.
    fn end_period(&mut self, id: &str) {
        let Some(mut next) = self.state.subscriptions.get(id).cloned() else { return };
        if next.cancel_at_period_end {
            return self.cancel(id);
        }
        if next.status == Status::Trialing {
            next.status = Status::Active;
        }
        next.advance_period();
        let invoice = self.create_invoice(&next, Reason::SubscriptionCycle);
        next.latest_invoice = Some(invoice.clone());
        self.change(id, |subscription| *subscription = next);
        self.charge(&invoice);
    }

    /// Expires a Checkout session, so that it can no longer be paid.
    pub(in super::super) fn expire(&mut self, id: &str) {
        let Some(session) = self.state.checkouts.get_mut(id) else { return };
        session.progress = Progress::Expired;
        let session = session.clone();
        self.emit_checkout("checkout.session.expired", &session);
    }
}
