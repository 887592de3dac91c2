//! What happens by itself as time goes by.

use jiff::{SignedDuration, Timestamp};

use super::super::account_state::AccountState;
use super::super::invoice::Reason;
use super::super::session::Progress;
use super::super::subscription::{Status, Subscription};
use super::super::transition::Transition;

/// How long before its end a trial's end is announced.
const NOTICE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// Something that is due at a moment; the text is an id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Occasion {
    /// A subscription's trial ends in three days.
    TrialWillEnd(String),
    /// A subscription's period, or its trial, ends.
    PeriodEnd(String),
    /// The payment of an invoice is tried again.
    Retry(String),
    /// Nobody came to a Checkout.
    Expiry(String),
}

/// Whether a trial that ends at `end` is announced at `now`.
pub(super) fn is_near(end: Timestamp, now: Timestamp) -> bool {
    end.duration_since(now) <= NOTICE
}

impl AccountState {
    /// Everything that is going to happen by itself, the next first.
    pub(in super::super) fn calendar(&self) -> Vec<(Timestamp, Occasion)> {
        let announcements = self.subscriptions.values().filter_map(|subscription| {
            let end = subscription.trial_end.filter(|_| subscription.status == Status::Trialing)?;
            let due = !subscription.trial_told && !subscription.cancel_at_period_end;
            due.then(|| (end - NOTICE, Occasion::TrialWillEnd(subscription.id.clone())))
        });
        let periods = self
            .subscriptions
            .values()
            .filter(|subscription| renews(subscription))
            .map(|one| (one.period_end, Occasion::PeriodEnd(one.id.clone())));
        let retries = self
            .invoices
            .values()
            .filter_map(|invoice| Some((invoice.next_attempt?, Occasion::Retry(invoice.id.clone()))));
        let expiries = self
            .checkouts
            .values()
            .filter(|session| session.progress == Progress::Open)
            .map(|session| (session.expires_at(), Occasion::Expiry(session.id.clone())));
        let mut all: Vec<_> = announcements.chain(periods).chain(retries).chain(expiries).collect();
        all.sort();
        all
    }
}

/// Whether something happens at the end of the period: unpaid subscriptions wait, unless they are to end then.
fn renews(subscription: &Subscription) -> bool {
    match subscription.status {
        Status::Trialing | Status::Active | Status::PastDue => true,
        Status::Unpaid => subscription.cancel_at_period_end,
        Status::Incomplete | Status::Canceled => false,
    }
}

impl Transition<'_> {
    /// Lets an occasion happen.
    pub(in super::super) fn happen(&mut self, occasion: &Occasion) {
        match occasion {
            Occasion::TrialWillEnd(subscription) => self.announce_trial_end(subscription),
            Occasion::PeriodEnd(subscription) => self.end_period(subscription),
            Occasion::Retry(invoice) => self.charge(invoice),
            Occasion::Expiry(session) => self.expire(session),
        }
    }

    fn announce_trial_end(&mut self, id: &str) {
        let account = self.account;
        let Some(subscription) = self.book.subscriptions.get_mut(id) else { return };
        subscription.trial_told = true;
        let object = subscription.object(account.price(&subscription.price));
        self.tell("customer.subscription.trial_will_end", &object);
    }

    /// The next period, with its invoice, which is charged at once; or the end.
    fn end_period(&mut self, id: &str) {
        let Some(mut next) = self.book.subscriptions.get(id).cloned() else { return };
        if next.cancel_at_period_end {
            return self.cancel(id);
        }
        if next.status == Status::Trialing {
            next.status = Status::Active;
        }
        next.roll();
        let invoice = self.make_out(&next, Reason::SubscriptionCycle);
        next.latest_invoice = Some(invoice.clone());
        self.change(id, |subscription| *subscription = next);
        self.charge(&invoice);
    }

    /// Nobody can pay a Checkout any more.
    pub(in super::super) fn expire(&mut self, id: &str) {
        let Some(session) = self.book.checkouts.get_mut(id) else { return };
        session.progress = Progress::Expired;
        let session = session.clone();
        self.tell_checkout("checkout.session.expired", &session);
    }
}
