//! Records a Stripe fact and everything that follows from it.

use jiff::Timestamp;

use super::{Org, Setup, Trigger};
use crate::{
    billing::{Conflict, Fact, FactKind, Prices},
    checklist::{Completion, CompletionTrigger, Source},
    mail::NoticeKey,
};

/// Number of days before the end of a subscription's trial at which Stripe sends the event
/// `customer.subscription.trial_will_end`.
const STRIPE_REMINDS_BEFORE: u16 = 3;

impl Org {
    /// Records one Stripe fact and everything that follows from it.
    ///
    /// The order and the repetition of facts do not change the resulting billing state. If this
    /// fact provisions the organization, it does so with `setup`. `prices` shows which subscriptions
    /// are for a plan.
    pub fn record(&mut self, fact: &Fact, prices: &Prices, setup: &Setup, now: Timestamp) {
        let fact = &fact.clone().with_plans(prices);
        let begun = self.billing.begun();
        self.plans_before_notices.get_or_insert(begun);
        self.billing.record(fact, fact.attribution(self.id, prices), self.id);
        if let FactKind::Checkout { named, .. } = &fact.what
            && named.iter().any(|named| *named != self.id)
        {
            self.billing.note(Conflict::Session { event: fact.event.clone() });
        }
        self.billing.fold(now);
        if self.billing.needs_provisioning() {
            let trigger = match fact.what {
                FactKind::Subscription { .. } => Trigger::Subscription,
                _ => Trigger::Payment,
            };
            self.provision(trigger, setup, now);
            self.release_run(now);
        }
        if self.billing.has_billing_info() {
            self.complete_by_trigger(
                CompletionTrigger::Billing,
                &Completion { at: now, source: Source::Billing, by: None },
                now,
            );
        }
        // The notice uses the trial end from this event, not the trial end that follows from all
        // recorded facts. Otherwise the notice would depend on the order of the facts. If this
        // trial end no longer applies when the mailer claims the email, the email is dropped.
        if let Some(ends_at) = fact.trial_will_end()
            && now < ends_at
        {
            self.enqueue_notice(NoticeKey::TrialEnding { ends_at, days: STRIPE_REMINDS_BEFORE }, now);
        }
        self.announce_plan(now);
        self.update_payment_notices(now);
        self.update_plan(now);
    }

    /// Enqueues the notice that a plan started, once for each subscription.
    pub(super) fn announce_plan(&mut self, now: Timestamp) {
        // Until Stripe responds, it is not known which plans began before the import.
        if self.is_import_open() {
            return;
        }
        let Some(subscription) = self.billing.running(now).cloned() else { return };
        if !self.plans_before_notices.as_ref().is_some_and(|before| before.contains(&subscription)) {
            self.enqueue_notice(NoticeKey::PlanStarted { subscription }, now);
        }
    }
}
