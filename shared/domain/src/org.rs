//! An organization, whole: what it is, what it owes, and what may be done with it.

mod contact;
mod tend;
mod work;

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    billing::{Billing, Conflict, Fact, SubscriptionStatus, What},
    checklist::{Checklist, Completion, Source},
    delivery::{Claim, Delivery, FAILURE_SHOWN_FOR, SesHeartbeat},
    id::{OrgId, ProjectId, UserId},
    name::Name,
    notice::{ClaimedMail, NoticeKey, Outbox},
    onboarding::Onboarding,
    status::Status,
    task::CompletionTrigger,
    trial::{Trial, add, days_remaining},
    zone::Zone,
};

pub use contact::{AdminContact, Reminders, SuppressionReason, Unreachable};
pub use work::{ChecklistCommand, ChecklistError, HostEventResult};

/// The most admins of an organization: they lie in its item.
pub const MOST_ADMINS: usize = 20;

/// How many days before a subscription's trial ends Stripe sends `customer.subscription.trial_will_end`.
const STRIPE_REMINDS_BEFORE: u16 = 3;

/// An organization.
///
/// It is loaded, decided on and written as a whole, so every rule that joins its parts holds by construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Org {
    /// Its id.
    pub id: OrgId,
    /// Its name.
    pub name: Name,
    /// The zone its people read dates in.
    pub zone: Zone,
    /// When it signed up.
    pub signed_up_at: Timestamp,
    /// Who runs it, at most [`MOST_ADMINS`].
    pub admins: Vec<AdminContact>,
    /// Set once, for ever. Whether projects still exist says nothing about it.
    pub provisioned: Option<Provisioned>,
    /// Its trial of ours.
    pub trial: Option<Trial>,
    /// What Stripe has told of it.
    pub billing: Billing,
    /// Which checklist it has.
    pub onboarding: Onboarding,
    /// What is done of that.
    pub checklist: Checklist,
    /// The mails it owes its admins.
    pub outbox: Outbox,
}

/// The marker that an organization was provisioned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// When.
    pub at: Timestamp,
    /// By what.
    pub trigger: Trigger,
    /// The default project.
    pub project: Project,
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
}

/// What provisions an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A sign-up with a trial.
    Trial,
    /// A first payment.
    Payment,
}

impl Trigger {
    /// The word in stored items and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Payment => "payment",
        }
    }

    /// The trigger of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Trial, Self::Payment].into_iter().find(|it| it.as_str() == word)
    }
}

impl Org {
    /// A new organization with one founding admin; nothing of it is provisioned yet.
    #[must_use]
    pub fn sign_up(id: OrgId, name: Name, zone: Zone, founder: AdminContact, now: Timestamp) -> Self {
        Self {
            id,
            name,
            zone,
            signed_up_at: now,
            admins: vec![founder],
            provisioned: None,
            trial: None,
            billing: Billing::default(),
            onboarding: Onboarding::default(),
            checklist: Checklist::default(),
            outbox: Outbox::default(),
        }
    }

    /// Starts the trial and provisions.
    pub fn start_trial(&mut self, trial: Trial, project: ProjectId, now: Timestamp) {
        self.trial = Some(trial);
        self.provision(Trigger::Trial, project, now);
    }

    /// The one operation that makes a working tenant: the marker, the default project, the checklist and the
    /// welcome mail's intent, all or nothing, once for ever. What a repeat finds done, it leaves.
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

    /// Has the welcome mail wait until `then`, if it was not tried yet.
    pub fn delay_welcome(&mut self, then: Timestamp) {
        self.outbox.delay(&NoticeKey::Welcome, then);
    }

    /// Takes in one fact from Stripe and everything that follows from what is now known.
    /// Order and repetition of facts make no difference. `project` is used if this provisions.
    pub fn record(&mut self, fact: &Fact, project: ProjectId, now: Timestamp) {
        self.billing.record(fact);
        if let What::Checkout { named, .. } = &fact.what
            && named.iter().any(|named| *named != self.id)
        {
            self.billing.note(Conflict::Session { event: fact.event.clone() });
        }
        self.billing.fold(now);
        if self.billing.needs_provisioning() {
            self.provision(Trigger::Payment, project, now);
        }
        if self.billing.has_billing_info() {
            self.tick_by_sign(
                CompletionTrigger::Billing,
                &Completion { at: now, source: Source::Billing, by: None },
                now,
            );
        }
        // The end that the event itself speaks of, whatever is known beside it: what is owed must not depend on the
        // order in which facts come. Whether it still is the end is asked when the mail is sent.
        if let Some(ends_at) = fact.trial_will_end()
            && now < ends_at
        {
            self.enqueue_notice(NoticeKey::TrialEnding { ends_at, days: STRIPE_REMINDS_BEFORE }, now);
        }
        self.tend_mail(now);
    }

    /// The organization's status at `now`: the best of its subscriptions, unless a running trial of ours beats it.
    /// A customer that was deleted at Stripe takes the trial along: access ends.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Status {
        let deleted = self.billing.customer_deleted();
        let trial_runs = !deleted && self.trial.as_ref().is_some_and(|trial| trial.runs(now));
        match self.billing.status() {
            Some(SubscriptionStatus::Active) => Status::Active,
            Some(SubscriptionStatus::Trialing) => Status::Trialing,
            Some(SubscriptionStatus::PastDue) => Status::PastDue,
            _ if trial_runs => Status::Trialing,
            Some(SubscriptionStatus::Unpaid) => Status::Unpaid,
            Some(SubscriptionStatus::Paused) => Status::Paused,
            Some(SubscriptionStatus::Incomplete) => Status::Incomplete,
            Some(SubscriptionStatus::Canceled) => Status::Canceled,
            None if deleted && self.provisioned.is_some() => Status::Canceled,
            None if self.trial.is_some() => Status::TrialExpired,
            None => Status::Pending,
        }
    }

    /// The end of the trial that counts at `now`: the subscription's while one lives, if it ever had one; else ours.
    /// A trial of ours that runs beats a subscription that is paused or unpaid.
    #[must_use]
    pub fn trial_ends_at(&self, now: Timestamp) -> Option<Timestamp> {
        use SubscriptionStatus::{Active, PastDue, Trialing};
        let beaten = !matches!(self.billing.status(), Some(Active | Trialing | PastDue))
            && self.trial.as_ref().is_some_and(|trial| trial.runs(now));
        if self.billing.is_alive() && !beaten {
            self.billing.trial_ends_at()
        } else {
            self.trial.as_ref().map(|trial| trial.ends_at)
        }
    }

    /// Whether a plan begins by itself where the running trial ends: it is the subscription's.
    #[must_use]
    pub fn plan_follows_trial(&self) -> bool {
        self.billing.status() == Some(SubscriptionStatus::Trialing)
    }

    /// The days that remain of a running trial, rounded up; 0 when none runs.
    #[must_use]
    pub fn trial_days_remaining(&self, now: Timestamp) -> u32 {
        match self.status(now) {
            Status::Trialing => self.trial_ends_at(now).map_or(0, |end| days_remaining(end, now)),
            _ => 0,
        }
    }

    /// Does what the trial clock owes at `now`: the nearest missed reminder, or the end.
    pub fn run_trial_sweep(&mut self, now: Timestamp) {
        let Some(trial) = self.trial_of_clock() else { return };
        let ends_at = trial.ends_at;
        if !trial.runs(now) {
            self.enqueue_notice(NoticeKey::TrialEnded { ends_at }, now);
        } else if let Some(days) =
            self.open_reminders(trial).filter(|days| trial.reminds_at(*days) <= now).min()
        {
            self.enqueue_notice(NoticeKey::TrialEnding { ends_at, days }, now);
        }
    }

    /// When the trial clock next owes something; `None` when it never will as things stand.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        let trial = self.trial_of_clock()?;
        let ended = NoticeKey::TrialEnded { ends_at: trial.ends_at };
        let end = (!self.outbox.0.contains_key(&ended)).then_some(trial.ends_at);
        self.open_reminders(trial).map(|days| trial.reminds_at(days)).chain(end).min()
    }

    /// The trial that our own clock still runs: none while a subscription lives, nor once one began properly (each
    /// begins with a paid invoice, of 0 where it begins with a trial), nor after the customer was deleted. Who
    /// subscribed and left has no trial that ends, unless an operator gave them days since.
    fn trial_of_clock(&self) -> Option<&Trial> {
        let billing = &self.billing;
        if billing.is_alive() || billing.customer_deleted() {
            return None;
        }
        self.trial
            .as_ref()
            .filter(|trial| !billing.needs_provisioning() || trial.extended_after(billing.last_event_at()))
    }

    /// The reminders of this end that are still to come: one that was sent settles all before it, and the end all.
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

    /// The nearest reminder of an end that was ever owed, in days before it.
    fn nearest_reminder(&self, ends_at: Timestamp) -> Option<u16> {
        let days = self.outbox.0.keys().filter_map(|key| match key {
            NoticeKey::TrialEnding { ends_at: end, days } if *end == ends_at => Some(*days),
            _ => None,
        });
        days.min()
    }

    /// Claims the mails that wait, and drops those that lost their reason.
    pub fn claim_mail(
        &mut self,
        claim: &Claim,
        most: usize,
        feed: Option<SesHeartbeat>,
        now: Timestamp,
    ) -> Vec<ClaimedMail> {
        // Asked of the whole organization, of which the outbox is a part.
        let standing: BTreeSet<NoticeKey> =
            self.outbox.0.keys().filter(|key| self.still_stands(key, now)).cloned().collect();
        let mut outbox = std::mem::take(&mut self.outbox);
        let letters = outbox.claim(
            claim,
            most,
            feed,
            now,
            |key| standing.contains(key),
            |key, user| self.admin(user).is_some_and(|admin| admin.gets(key)),
        );
        self.outbox = outbox;
        letters
    }

    /// Writes down whether an admin wants reminders, if there is such an admin.
    pub fn set_reminders(&mut self, user: UserId, reminders: Reminders) {
        if let Some(admin) = self.admins.iter_mut().find(|admin| admin.user == user) {
            admin.reminders = reminders;
        }
    }

    /// Writes down that notices do not reach an admin, the first time; those that wait are dropped when their turn
    /// comes. Says whether that is news.
    pub fn suppress(&mut self, user: UserId, why: SuppressionReason, now: Timestamp) -> bool {
        match self.admins.iter_mut().find(|admin| admin.user == user) {
            Some(admin) if admin.unreachable.is_none() => {
                admin.unreachable = Some(Unreachable { since: now, why });
                true
            }
            _ => false,
        }
    }

    /// Writes down that a mail which went out at `sent_at` reached an admin: what bounced before then bounces no more.
    /// A complaint is no matter of the mailbox, and stays.
    pub fn restore(&mut self, user: UserId, sent_at: Timestamp) {
        let bounced_before = |it: &Unreachable| it.why == SuppressionReason::Bounced && it.since < sent_at;
        if let Some(admin) = self.admins.iter_mut().find(|admin| admin.user == user)
            && admin.unreachable.as_ref().is_some_and(bounced_before)
        {
            admin.unreachable = None;
        }
    }

    /// The mails that wait for a person at `now`, with their recipients: those of the last [`SHOWN`] that still have
    /// their reason and their recipient.
    pub fn troubled_mails(
        &self,
        now: Timestamp,
    ) -> impl Iterator<Item = (&NoticeKey, &AdminContact, &Delivery)> {
        let since = add(now, -FAILURE_SHOWN_FOR);
        let standing = self.outbox.0.iter().filter(move |(key, _)| self.still_stands(key, now));
        standing.flat_map(move |(key, recipients)| {
            recipients.iter().filter_map(move |(user, delivery)| {
                delivery.held_since().filter(|at| *at >= since)?;
                Some((key, self.admin(*user)?, delivery))
            })
        })
    }

    /// Whether a notice still tells the truth.
    fn still_stands(&self, key: &NoticeKey, now: Timestamp) -> bool {
        match key {
            NoticeKey::Welcome => true,
            // What a later reminder of the same end says as well, nobody has to read twice.
            NoticeKey::TrialEnding { ends_at, days } => {
                self.status(now) == Status::Trialing
                    && self.trial_ends_at(now) == Some(*ends_at)
                    && self.nearest_reminder(*ends_at).is_none_or(|nearest| *days <= nearest)
            }
            NoticeKey::TrialEnded { ends_at } => {
                self.trial_of_clock().is_some_and(|trial| trial.ends_at == *ends_at && !trial.runs(now))
            }
            NoticeKey::PaymentFailed { invoice } => self.billing.awaited_payment(invoice).is_some(),
        }
    }

    /// The admin of that id.
    #[must_use]
    pub fn admin(&self, user: UserId) -> Option<&AdminContact> {
        self.admins.iter().find(|admin| admin.user == user)
    }

    fn enqueue_notice(&mut self, key: NoticeKey, now: Timestamp) {
        self.outbox.enqueue(key, self.admins.iter().map(|admin| admin.user), now);
    }
}
