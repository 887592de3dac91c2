//! Derived values of an organization: its status, plan, and trial.

use jiff::Timestamp;

use super::{Org, Provisioned, ProvisioningState, Status, Trigger};
use crate::{
    billing::{Plan, SubscriptionStatus},
    provisioning::RunEnd,
    time::days_remaining,
    trial::Trial,
};

impl Org {
    /// Returns the derived status at `now`.
    ///
    /// If the organization has several subscriptions, the best subscription counts
    /// ([`crate::billing`] defines "best"). If that subscription is unpaid, paused, incomplete, or
    /// canceled, a running trial of Onramp counts instead. Onramp's trial does not count if the
    /// customer was deleted at Stripe.
    ///
    /// Without a subscription that counts, a paid one-off invoice gives the status
    /// [`Status::Active`] only if the organization was not provisioned by a trial or an import.
    ///
    /// While the subscriptions of an imported customer are not known yet, the access is full.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Status {
        if self.own_trial_counts(now) {
            return Status::Trialing;
        }
        let billing = &self.billing;
        match billing.status(now) {
            Some(SubscriptionStatus::Active) => Status::Active,
            Some(SubscriptionStatus::Trialing) => Status::Trialing,
            Some(SubscriptionStatus::PastDue) => Status::PastDue,
            _ if self.awaits_customer(now) => Status::Active,
            Some(SubscriptionStatus::Unpaid) => Status::Unpaid,
            Some(SubscriptionStatus::Paused) => Status::Paused,
            Some(SubscriptionStatus::Incomplete) => Status::Incomplete,
            Some(SubscriptionStatus::Canceled | SubscriptionStatus::IncompleteExpired) => Status::Canceled,
            None if billing.customer_deleted() && self.provisioned.is_some() => Status::Canceled,
            None if self.began_with_one_off() => Status::Active,
            None if self.current_trial().is_some() => Status::TrialExpired,
            None if billing.moved_away() => Status::Canceled,
            None => Status::Pending,
        }
    }

    /// Returns whether a paid one-off invoice began the tenancy. It did not if a trial, a
    /// subscription, or an import began before.
    #[must_use]
    fn began_with_one_off(&self) -> bool {
        let before = |it: &Provisioned| matches!(it.trigger, Trigger::Trial | Trigger::Import);
        self.billing.began_with_one_off() && !self.provisioned.as_ref().is_some_and(before)
    }

    /// Returns the status of the subscriptions as far as an event or the trial sweep changed it.
    ///
    /// The status also changes when a date passes. This value changes only with a write, so two
    /// successive states of the organization show each change once.
    #[must_use]
    pub fn recorded_billing_status(&self) -> Option<SubscriptionStatus> {
        self.billing.status(self.dates_seen.unwrap_or(Timestamp::MIN))
    }

    /// Returns the plan of the subscription, as of the same moment as
    /// [`Self::recorded_billing_status`].
    #[must_use]
    pub(crate) fn recorded_plan(&self) -> Option<Plan> {
        self.billing.plan(self.dates_seen.unwrap_or(Timestamp::MIN))
    }

    /// Returns the end of the trial that counts at `now`.
    ///
    /// While a subscription is alive, this is the end of the subscription's own trial, or `None` if
    /// the subscription had no trial. There is one exception: while the best subscription is paused
    /// or unpaid, a running trial of Onramp counts instead. Without a subscription that is alive,
    /// this is the end of Onramp's trial, or `None` if there is no trial.
    #[must_use]
    pub fn trial_ends_at(&self, now: Timestamp) -> Option<Timestamp> {
        if self.billing.is_alive(now) && !self.own_trial_counts(now) {
            self.billing.trial_ends_at(now)
        } else {
            self.trial.as_ref().map(|trial| trial.ends_at)
        }
    }

    /// Returns the plan of the subscription that is alive at `now`. If its price belongs to no plan,
    /// returns the last known plan. Returns `None` while a trial of Onramp counts instead.
    #[must_use]
    pub fn plan(&self, now: Timestamp) -> Option<Plan> {
        let known = self.billing.plan(now).or(self.onboarding.plan);
        known.filter(|_| self.billing.is_alive(now) && !self.own_trial_counts(now))
    }

    /// Returns whether a running trial of Onramp determines the status at `now`.
    pub(crate) fn own_trial_counts(&self, now: Timestamp) -> bool {
        use SubscriptionStatus::{Active, PastDue, Trialing};
        !matches!(self.billing.status(now), Some(Active | Trialing | PastDue))
            && !self.billing.customer_deleted()
            && (self.pending_trial_counts(now) || self.trial.as_ref().is_some_and(|trial| trial.runs(now)))
    }

    /// Returns whether a trial that has not started gives access. While its run waits until the address
    /// is verified, it does so only as long as it would take. So an address that is never verified gives
    /// no access without an end.
    fn pending_trial_counts(&self, now: Timestamp) -> bool {
        let is_held = self.run.as_ref().is_some_and(|run| run.is_held);
        self.pending_trial().is_some_and(|trial| !is_held || now < trial.ends_at)
    }

    /// Returns the trial that starts when the organization is ready.
    #[must_use]
    pub fn pending_trial(&self) -> Option<&Trial> {
        self.run.as_ref()?.waiting.as_ref()?.trial.as_ref()
    }

    /// Returns when the organization became ready: when its last step was done, or without steps when it
    /// was provisioned.
    #[must_use]
    pub fn ready_at(&self) -> Option<Timestamp> {
        match &self.run {
            Some(run) => run.ready_at(),
            None => self.provisioned.as_ref().map(|it| it.at),
        }
    }

    /// Returns whether the organization can be used in the host app.
    #[must_use]
    pub fn provisioning_state(&self) -> ProvisioningState {
        match (&self.provisioned, self.run.as_ref().map(|run| &run.end)) {
            (None, _) => ProvisioningState::None,
            (Some(_), Some(None)) => ProvisioningState::Running,
            (Some(_), Some(Some(RunEnd::Failed { .. }))) => ProvisioningState::Failed,
            (Some(_), None | Some(Some(RunEnd::Ready { .. }))) => ProvisioningState::Ready,
        }
    }

    /// Returns whether the organization's status is that of a trial that has not started.
    #[must_use]
    pub fn awaits_trial(&self, now: Timestamp) -> bool {
        self.pending_trial().is_some() && self.own_trial_counts(now)
    }

    /// Returns Onramp's trial, whether it has started or not.
    #[must_use]
    pub fn current_trial(&self) -> Option<&Trial> {
        self.pending_trial().or(self.trial.as_ref())
    }

    /// Returns the number of members that the plan allows at `now`; `None` without a limit. A trial
    /// of Onramp has no limit.
    #[must_use]
    pub fn seats(&self, now: Timestamp) -> Option<usize> {
        self.plan(now)?.seats()
    }

    /// Returns whether a trial runs at `now`. It never runs after its end, even if the status is
    /// still [`Status::Trialing`] because no event reported what followed.
    #[must_use]
    pub fn is_on_trial(&self, now: Timestamp) -> bool {
        self.status(now) == Status::Trialing && self.trial_ends_at(now).is_none_or(|end| now < end)
    }

    /// Returns the remaining days of the running trial, rounded up. Returns 0 if no trial runs.
    #[must_use]
    pub fn trial_days_remaining(&self, now: Timestamp) -> u32 {
        match self.status(now) {
            Status::Trialing => match self.pending_trial().filter(|_| self.awaits_trial(now)) {
                Some(pending) => days_remaining(pending.ends_at, pending.started_at),
                None => self.trial_ends_at(now).map_or(0, |end| days_remaining(end, now)),
            },
            _ => 0,
        }
    }
}
