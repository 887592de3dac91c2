//! The state of one organization.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{AdminContact, CustomerRead, Language, Project, Provisioned, Setup, Trigger};
use crate::{
    billing::{Billing, SubscriptionId},
    checklist::{Checklist, Onboarding},
    id::{ExternalId, OrgId, ProjectId},
    mail::{NoticeKey, Outbox},
    people::Name,
    provisioning::Run,
    time::{Zone, add},
    trial::Trial,
};

/// Duration of a run after which an unverified founder gets an email that verifies the address.
const VERIFY_AFTER: SignedDuration = SignedDuration::from_mins(2);

/// State of one organization.
///
/// An organization is loaded, changed, and written as one item. So the parts of its state are
/// always consistent with each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Org {
    /// Id of the organization.
    pub id: OrgId,
    /// The host app's id of the organization. It is set at most once.
    pub external_id: Option<ExternalId>,
    /// Name of the organization.
    pub name: Name,
    /// Time zone in which its members read dates.
    pub zone: Zone,
    /// Language of its pages and emails.
    pub language: Language,
    /// Time of the sign-up.
    pub signed_up_at: Timestamp,
    /// Its admins, at most [`MAX_ADMINS`](super::MAX_ADMINS).
    pub admins: Vec<AdminContact>,
    /// Number of its members, admins included. `None` if an earlier version of the code wrote the
    /// organization last, because such a version does not count them.
    pub member_count: Option<u32>,
    /// Provisioning marker. It is set once and never removed, even if the project is deleted.
    pub provisioned: Option<Provisioned>,
    /// The steps of the host app that make the organization ready. `None` without steps: the
    /// organization is then ready as soon as it is provisioned.
    pub run: Option<Run>,
    /// The trial that Onramp runs. It starts when the organization is ready. A trial of a subscription is
    /// in `billing`.
    pub trial: Option<Trial>,
    /// Facts that Stripe reported.
    pub billing: Billing,
    /// When the host app imported the organization. `None` for one that began with Onramp.
    pub imported_at: Option<Timestamp>,
    /// The request to read the customer's subscriptions at Stripe, until Stripe responded.
    pub customer_read: Option<CustomerRead>,
    /// The newest date of a subscription that the trial sweep processed after the date had passed.
    pub dates_seen: Option<Timestamp>,
    /// The subscriptions that began before the notice of a started plan existed, and therefore get
    /// none. `None` until this version of the code records the first fact.
    pub plans_before_notices: Option<BTreeSet<SubscriptionId>>,
    /// Its checklist definition and the values that select tasks.
    pub onboarding: Onboarding,
    /// Its completed and skipped tasks.
    pub checklist: Checklist,
    /// Notices to its admins, with a delivery state for each.
    pub outbox: Outbox,
}

impl Org {
    /// Returns a new organization with one admin. It is not provisioned.
    #[must_use]
    pub fn sign_up(id: OrgId, name: Name, zone: Zone, first_admin: AdminContact, now: Timestamp) -> Self {
        Self {
            id,
            external_id: None,
            name,
            zone,
            language: Language::default(),
            signed_up_at: now,
            admins: vec![first_admin],
            member_count: Some(1),
            provisioned: None,
            run: None,
            trial: None,
            billing: Billing::default(),
            imported_at: None,
            customer_read: None,
            dates_seen: None,
            plans_before_notices: None,
            onboarding: Onboarding::default(),
            checklist: Checklist::default(),
            outbox: Outbox::default(),
        }
    }

    /// Provisions the organization. The trial starts when the organization is ready.
    pub fn start_trial(&mut self, trial: Trial, setup: &Setup, now: Timestamp) {
        self.trial = Some(trial);
        self.provision(Trigger::Trial, setup, now);
    }

    /// Provisions the organization: marker, default project, checklist, and either the run of the
    /// host app's steps or, without steps, the pending welcome email.
    ///
    /// An organization is provisioned at most once. A second call changes nothing.
    pub fn provision(&mut self, trigger: Trigger, setup: &Setup, now: Timestamp) {
        if self.provisioned.is_some() {
            return;
        }
        self.mark_provisioned(trigger, setup.project, now);
        self.run = Run::start(self.id, &setup.steps, self.trial.as_ref(), now);
        if let Some(run) = self.run.as_mut().filter(|_| trigger == Trigger::Trial) {
            run.is_held = setup.waits_for_verification;
        }
        let Some(run) = &self.run else { return self.enqueue_notice(NoticeKey::Welcome, now) };
        self.trial = None;
        if setup.asks_for_verification {
            let due = if run.is_held { now } else { add(now, VERIFY_AFTER) };
            let founder = self.admins.first().map(|admin| admin.user);
            self.outbox.enqueue(NoticeKey::Verify, founder, due);
        }
    }

    /// Lets a run begin that waits for a verified address.
    pub fn release_run(&mut self, now: Timestamp) {
        self.change_run(now, |run| run.release(now));
    }

    /// Sets the marker, the default project, and the checklist, without a welcome email.
    pub(super) fn mark_provisioned(&mut self, trigger: Trigger, project: ProjectId, now: Timestamp) {
        let project = Project { id: project, name: "Getting Started".to_owned() };
        self.provisioned = Some(Provisioned { at: now, trigger, project });
        self.checklist.created_at = Some(now);
        self.checklist.updated_at = Some(now);
    }

    /// Changes the run, and starts what waits for its end: the trial and the welcome email. Returns
    /// `None` without a run.
    pub fn change_run<T>(&mut self, now: Timestamp, change: impl FnOnce(&mut Run) -> T) -> Option<T> {
        let run = self.run.as_mut()?;
        let changed = change(run);
        if run.is_ready()
            && let Some(waiting) = run.waiting.take()
        {
            // The welcome email verifies the address.
            self.outbox.drop_fresh(&NoticeKey::Verify);
            self.trial = waiting.trial.map(|trial| trial.moved_to(now)).or(self.trial.take());
            if let Some(earliest) = waiting.welcome {
                self.enqueue_notice(NoticeKey::Welcome, now);
                self.delay_welcome(earliest.max(now));
            }
        }
        Some(changed)
    }

    /// Drops the pending welcome email, because the host app welcomes the admins itself.
    pub fn send_no_welcome(&mut self) {
        self.outbox.0.remove(&NoticeKey::Welcome);
        self.outbox.0.remove(&NoticeKey::Verify);
        if let Some(waiting) = self.run.as_mut().and_then(|run| run.waiting.as_mut()) {
            waiting.welcome = None;
        }
    }

    /// Delays the first email to the founder until `then`. Does nothing if the mailer has claimed it
    /// before.
    pub fn delay_welcome(&mut self, then: Timestamp) {
        if let Some(welcome) =
            self.run.as_mut().and_then(|run| run.waiting.as_mut()).and_then(|it| it.welcome.as_mut())
        {
            *welcome = then;
        }
        self.outbox.delay(&NoticeKey::Verify, then);
        let key = self.outbox.newest_welcome();
        self.outbox.delay(&key, then);
    }

    /// Adds a notice to all admins. A notice whose reason lies before the import is only marked as
    /// sent: it has no recipients.
    pub(crate) fn enqueue_notice(&mut self, key: NoticeKey, now: Timestamp) {
        let is_old = self.precedes_import(&key);
        let admins = self.admins.iter().filter(|_| !is_old);
        self.outbox.enqueue(key, admins.map(|admin| admin.user), now);
    }
}
