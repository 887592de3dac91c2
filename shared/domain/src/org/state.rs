//! The organization: its state, and the decisions that involve several of its parts.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{AdminContact, Reminders, Status, SuppressionReason, Undeliverable};
use crate::{
    billing::{Billing, Conflict, Fact, FactKind, NextKind, Plan, Prices, SubscriptionStatus},
    checklist::{Checklist, Completion, CompletionTrigger, Onboarding, Source},
    id::{OrgId, ProjectId, UserId},
    mail::{Claim, ClaimedMail, Delivery, FAILURE_SHOWN_FOR, NoticeKey, Outbox, SesHeartbeat},
    people::Name,
    time::{Zone, add, days_remaining},
    trial::Trial,
};

/// Maximum number of admins. The admins are stored in the organization's item, and DynamoDB limits
/// the size of an item.
pub const MAX_ADMINS: usize = 20;

/// Number of days before the end of a subscription's trial at which Stripe sends the event
/// `customer.subscription.trial_will_end`.
const STRIPE_REMINDS_BEFORE: u16 = 3;

/// State of one organization.
///
/// An organization is loaded, changed, and written as one item. So the parts of its state are
/// always consistent with each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Org {
    /// Id of the organization.
    pub id: OrgId,
    /// Name given at sign-up.
    pub name: Name,
    /// Time zone in which its members read dates.
    pub zone: Zone,
    /// Time of the sign-up.
    pub signed_up_at: Timestamp,
    /// Its admins, at most [`MAX_ADMINS`].
    pub admins: Vec<AdminContact>,
    /// Provisioning marker. It is set once and never removed, even if the project is deleted.
    pub provisioned: Option<Provisioned>,
    /// The trial that Onramp runs. A trial of a subscription is in `billing`.
    pub trial: Option<Trial>,
    /// Facts that Stripe reported.
    pub billing: Billing,
    /// The newest date of a subscription that the trial sweep processed after the date had passed.
    pub dates_seen: Option<Timestamp>,
    /// Its checklist definition and the values that select tasks.
    pub onboarding: Onboarding,
    /// Its completed and skipped tasks.
    pub checklist: Checklist,
    /// Notices to its admins, with a delivery state for each.
    pub outbox: Outbox,
}

/// Marker of a provisioned organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// Time at which it was provisioned.
    pub at: Timestamp,
    /// Cause of the provisioning.
    pub trigger: Trigger,
    /// Default project that was created.
    pub project: Project,
}

/// A project of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Id of the project.
    pub id: ProjectId,
    /// Name of the project.
    pub name: String,
}

/// Cause of a provisioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A sign-up with a trial, or a trial that an operator grants to an organization without one.
    Trial,
    /// The first payment of an organization that had no trial.
    Payment,
    /// A subscription that is active or trialing before an invoice was paid, as with a bank debit.
    Subscription,
}

impl Trigger {
    /// Returns the value in stored items and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Payment => "payment",
            Self::Subscription => "subscription",
        }
    }

    /// Parses a value of [`Self::as_str`].
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        [Self::Trial, Self::Payment, Self::Subscription].into_iter().find(|it| it.as_str() == value)
    }
}

impl Org {
    /// Returns a new organization with one admin. It is not provisioned.
    #[must_use]
    pub fn sign_up(id: OrgId, name: Name, zone: Zone, first_admin: AdminContact, now: Timestamp) -> Self {
        Self {
            id,
            name,
            zone,
            signed_up_at: now,
            admins: vec![first_admin],
            provisioned: None,
            trial: None,
            billing: Billing::default(),
            dates_seen: None,
            onboarding: Onboarding::default(),
            checklist: Checklist::default(),
            outbox: Outbox::default(),
        }
    }

    /// Starts the trial and provisions the organization.
    pub fn start_trial(&mut self, trial: Trial, project: ProjectId, now: Timestamp) {
        self.trial = Some(trial);
        self.provision(Trigger::Trial, project, now);
    }

    /// Provisions the organization: marker, default project, checklist, and pending welcome email.
    ///
    /// An organization is provisioned at most once. A second call changes nothing.
    pub fn provision(&mut self, trigger: Trigger, project: ProjectId, now: Timestamp) {
        if self.provisioned.is_some() {
            return;
        }
        let project = Project { id: project, name: "Getting Started".to_owned() };
        self.provisioned = Some(Provisioned { at: now, trigger, project });
        self.checklist.created_at = Some(now);
        self.checklist.updated_at = Some(now);
        self.enqueue_notice(NoticeKey::Welcome, now);
    }

    /// Delays the welcome email until `then`. Does nothing if the mailer has claimed it before.
    pub fn delay_welcome(&mut self, then: Timestamp) {
        self.outbox.delay(&NoticeKey::Welcome, then);
    }

    /// Records one Stripe fact and everything that follows from it.
    ///
    /// The order and the repetition of facts do not change the resulting billing state. If this
    /// fact provisions the organization, its default project gets the id `project`. `prices` shows
    /// which subscriptions are for a plan.
    pub fn record(&mut self, fact: &Fact, prices: &Prices, project: ProjectId, now: Timestamp) {
        let fact = &fact.clone().with_plans(prices);
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
            self.provision(trigger, project, now);
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
        self.update_payment_notices(now);
        self.update_plan(now);
    }

    /// Returns the derived status at `now`.
    ///
    /// If the organization has several subscriptions, the best subscription counts
    /// ([`crate::billing`] defines "best"). If that subscription is unpaid, paused, incomplete, or
    /// canceled, a running trial of Onramp counts instead. Onramp's trial does not count if the
    /// customer was deleted at Stripe.
    ///
    /// Without a subscription that counts, a paid one-off invoice gives the status
    /// [`Status::Active`] only if the organization was not provisioned by a trial.
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
            Some(SubscriptionStatus::Unpaid) => Status::Unpaid,
            Some(SubscriptionStatus::Paused) => Status::Paused,
            Some(SubscriptionStatus::Incomplete) => Status::Incomplete,
            Some(SubscriptionStatus::Canceled | SubscriptionStatus::IncompleteExpired) => Status::Canceled,
            None if billing.customer_deleted() && self.provisioned.is_some() => Status::Canceled,
            None if self.began_with_one_off() => Status::Active,
            None if self.trial.is_some() => Status::TrialExpired,
            None if billing.moved_away() => Status::Canceled,
            None => Status::Pending,
        }
    }

    /// Returns whether a paid one-off invoice began the tenancy. It did not if a trial or a
    /// subscription began before.
    #[must_use]
    fn began_with_one_off(&self) -> bool {
        let by_trial = self.provisioned.as_ref().is_some_and(|it| it.trigger == Trigger::Trial);
        self.billing.began_with_one_off() && !by_trial
    }

    /// Returns the status of the subscriptions as far as an event or the trial sweep changed it.
    ///
    /// The status also changes when a date passes. This value changes only with a write, so two
    /// successive states of the organization show each change once.
    #[must_use]
    pub fn recorded_billing_status(&self) -> Option<SubscriptionStatus> {
        self.billing.status(self.dates_seen.unwrap_or(Timestamp::MIN))
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
            && self.trial.as_ref().is_some_and(|trial| trial.runs(now))
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
            Status::Trialing => self.trial_ends_at(now).map_or(0, |end| days_remaining(end, now)),
            _ => 0,
        }
    }

    /// Enqueues the trial notice that is due at `now`, if there is one, and notes the dates of
    /// subscriptions that passed.
    ///
    /// While the trial runs, the notice is the due reminder with the fewest days before the end.
    /// Earlier reminders that were missed are skipped. After the end, it is the notice that the
    /// trial has ended.
    pub fn run_trial_sweep(&mut self, now: Timestamp) {
        let passed = self.billing.passing_dates().filter(|date| *date <= now).max();
        self.dates_seen = self.dates_seen.max(passed);
        let Some(trial) = self.sweep_trial(now) else { return };
        let ends_at = trial.ends_at;
        if !trial.runs(now) {
            self.enqueue_notice(NoticeKey::TrialEnded { ends_at }, now);
        } else if let Some(days) =
            self.open_reminders(trial).filter(|days| trial.reminds_at(*days) <= now).min()
        {
            self.enqueue_notice(NoticeKey::TrialEnding { ends_at, days }, now);
        }
    }

    /// Returns when the trial sweep must process the organization again. Returns `None` if no trial
    /// notice is left to enqueue and no date of a subscription is left to pass.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        let open_dates = self.billing.passing_dates().filter(|date| Some(*date) > self.dates_seen);
        let trial = self.sweep_trial(self.dates_seen.unwrap_or(Timestamp::MIN));
        let trial_due = trial.and_then(|trial| {
            let ended = NoticeKey::TrialEnded { ends_at: trial.ends_at };
            let end = (!self.outbox.0.contains_key(&ended)).then_some(trial.ends_at);
            self.open_reminders(trial).map(|days| trial.reminds_at(days)).chain(end).min()
        });
        open_dates.chain(trial_due).min()
    }

    /// Returns Onramp's trial if the trial sweep must still process it.
    ///
    /// Returns `None` while a subscription is alive, and after the customer was deleted.
    ///
    /// Also returns `None` after a subscription began, because the trial then led to a
    /// subscription, unless it was moved to another organization. This rule does not apply if an operator extended the trial after the newest
    /// billing event.
    fn sweep_trial(&self, now: Timestamp) -> Option<&Trial> {
        let billing = &self.billing;
        if billing.is_alive(now) || billing.customer_deleted() {
            return None;
        }
        self.trial
            .as_ref()
            .filter(|trial| !billing.has_replaced_trial() || trial.extended_after(billing.last_event_at()))
    }

    /// Returns the reminders of this trial that the sweep can still enqueue, each as its number of
    /// days before the end.
    ///
    /// After a reminder is enqueued, only reminders with fewer days remain. After the notice that
    /// the trial has ended is enqueued, no reminder remains.
    fn open_reminders<'a>(&'a self, trial: &'a Trial) -> impl Iterator<Item = u16> + 'a {
        let ends_at = trial.ends_at;
        let ended = self.outbox.0.contains_key(&NoticeKey::TrialEnded { ends_at });
        let nearest = self.nearest_reminder(ends_at);
        trial
            .reminder_days
            .iter()
            .copied()
            .filter(move |days| !ended && nearest.is_none_or(|nearest| *days < nearest))
    }

    /// Returns the fewest days before the end among the reminders that were enqueued for the trial
    /// end `ends_at`. Returns `None` if no reminder was enqueued for it.
    fn nearest_reminder(&self, ends_at: Timestamp) -> Option<u16> {
        let days = self.outbox.0.keys().filter_map(|key| match key {
            NoticeKey::TrialEnding { ends_at: end, days } if *end == ends_at => Some(*days),
            _ => None,
        });
        days.min()
    }

    /// Claims up to `max` due emails. Due emails that no longer apply are dropped.
    /// [`Outbox::claim`] describes all changes.
    pub fn claim_mail(
        &mut self,
        claim: &Claim,
        max: usize,
        heartbeat: Option<SesHeartbeat>,
        now: Timestamp,
    ) -> Vec<ClaimedMail> {
        // Whether a notice is current depends on all parts of the organization, including the
        // outbox. So the current notices are computed before `take` removes the outbox from the
        // organization.
        let current: BTreeSet<NoticeKey> =
            self.outbox.0.keys().filter(|key| self.is_current(key, now)).cloned().collect();
        let mut outbox = std::mem::take(&mut self.outbox);
        let mails = outbox.claim(
            claim,
            max,
            heartbeat,
            now,
            |key| current.contains(key),
            |key, user| self.admin(user).is_some_and(|admin| admin.gets(key)),
        );
        self.outbox = outbox;
        mails
    }

    /// Stores whether an admin wants reminders. Unknown users are ignored.
    pub fn set_reminders(&mut self, user: UserId, reminders: Reminders) {
        if let Some(admin) = self.admins.iter_mut().find(|admin| admin.user == user) {
            admin.reminders = reminders;
        }
    }

    /// Suppresses notices to an admin. Their pending emails are dropped when the mailer tries to
    /// claim them.
    ///
    /// If notices to the admin were already suppressed, the first reason stays. Returns `true` if
    /// this call suppressed them, and `false` if nothing changed.
    pub fn suppress(&mut self, user: UserId, why: SuppressionReason, now: Timestamp) -> bool {
        match self.admins.iter_mut().find(|admin| admin.user == user) {
            Some(admin) if admin.unreachable.is_none() => {
                admin.unreachable = Some(Undeliverable { since: now, why });
                true
            }
            _ => false,
        }
    }

    /// Ends a suppression that a bounce caused, because an email that was sent at `sent_at` was
    /// delivered.
    ///
    /// The suppression ends only if it began before `sent_at`. A suppression after a complaint
    /// stays, because a delivered email does not revoke the complaint.
    pub fn restore(&mut self, user: UserId, sent_at: Timestamp) {
        let bounced_before = |it: &Undeliverable| it.why == SuppressionReason::Bounced && it.since < sent_at;
        if let Some(admin) = self.admins.iter_mut().find(|admin| admin.user == user)
            && admin.unreachable.as_ref().is_some_and(bounced_before)
        {
            admin.unreachable = None;
        }
    }

    /// Returns the emails that need review at `now`, with their recipients.
    ///
    /// Includes only emails that began to need review within the last [`FAILURE_SHOWN_FOR`]. The
    /// notice of such an email must still be current, and its recipient must still be an admin.
    pub fn mails_for_review(
        &self,
        now: Timestamp,
    ) -> impl Iterator<Item = (&NoticeKey, &AdminContact, &Delivery)> {
        let since = add(now, -FAILURE_SHOWN_FOR);
        let current = self.outbox.0.iter().filter(move |(key, _)| self.is_current(key, now));
        current.flat_map(move |(key, recipients)| {
            recipients.iter().filter_map(move |(user, delivery)| {
                delivery.review_since().filter(|at| *at >= since)?;
                Some((key, self.admin(*user)?, delivery))
            })
        })
    }

    /// Returns whether the content of a notice is still true.
    fn is_current(&self, key: &NoticeKey, now: Timestamp) -> bool {
        match key {
            NoticeKey::Welcome => true,
            // A reminder is also outdated if a reminder with fewer days was enqueued for the same
            // end.
            NoticeKey::TrialEnding { ends_at, days } => {
                self.is_on_trial(now)
                    && self.trial_ends_at(now) == Some(*ends_at)
                    && !self.trial_is_canceled(now)
                    && self.nearest_reminder(*ends_at).is_none_or(|nearest| *days <= nearest)
            }
            NoticeKey::TrialEnded { ends_at } => {
                self.sweep_trial(now).is_some_and(|trial| trial.ends_at == *ends_at && !trial.runs(now))
            }
            NoticeKey::PaymentFailed { invoice } => self.billing.awaited_payment(invoice, now).is_some(),
        }
    }

    /// Returns whether the plan ends with the trial, so that no reminder is sent.
    #[must_use]
    pub fn trial_is_canceled(&self, now: Timestamp) -> bool {
        self.next_billing_event(now).is_some_and(|next| next.kind == NextKind::Ends)
    }

    /// Returns the admin with that id.
    #[must_use]
    pub fn admin(&self, user: UserId) -> Option<&AdminContact> {
        self.admins.iter().find(|admin| admin.user == user)
    }

    pub(super) fn enqueue_notice(&mut self, key: NoticeKey, now: Timestamp) {
        self.outbox.enqueue(key, self.admins.iter().map(|admin| admin.user), now);
    }
}
