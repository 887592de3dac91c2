//! Emails of an organization whose notice is current: claims of the mailer, and emails for review.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Claim, Delivery, FAILURE_SHOWN_FOR, NoticeEmail, NoticeKey, SesHeartbeat};
use crate::{id::UserId, org::Org, time::add};

impl Org {
    /// Claims up to `max` due emails. Due emails that no longer apply are dropped.
    /// [`Outbox::claim`](super::Outbox::claim) describes all changes.
    pub fn claim_mail(
        &mut self,
        claim: &Claim,
        max: usize,
        heartbeat: Option<SesHeartbeat>,
        now: Timestamp,
    ) -> Vec<NoticeEmail> {
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
            |key, user| self.gets(user, key),
        );
        self.outbox = outbox;
        mails
    }

    /// Returns the emails that need review at `now`, with their recipients.
    ///
    /// Includes only emails that began to need review within the last [`FAILURE_SHOWN_FOR`]. The
    /// notice of such an email must still be current. Its recipient must still be an admin, except for
    /// the notices of a changed membership and of a changed address.
    pub fn mails_for_review(&self, now: Timestamp) -> impl Iterator<Item = (&NoticeKey, UserId, &Delivery)> {
        let since = add(now, -FAILURE_SHOWN_FOR);
        let current = self.outbox.0.iter().filter(move |(key, _)| self.is_current(key, now));
        current.flat_map(move |(key, recipients)| {
            recipients.iter().filter_map(move |(user, delivery)| {
                delivery.review_since().filter(|at| *at >= since)?;
                let concerns = self.admin(*user).is_some() || key.is_for_anyone();
                concerns.then_some((key, *user, delivery))
            })
        })
    }

    /// Returns whether a recipient of a notice still gets it.
    fn gets(&self, user: UserId, key: &NoticeKey) -> bool {
        match self.admin(user) {
            Some(admin) => admin.gets(key),
            None => key.is_for_anyone(),
        }
    }

    /// Returns whether the content of a notice is still true.
    fn is_current(&self, key: &NoticeKey, now: Timestamp) -> bool {
        match key {
            NoticeKey::MembershipChanged { .. } | NoticeKey::EmailChanged { .. } => true,
            NoticeKey::Welcome | NoticeKey::WelcomeAgain { .. } => *key == self.outbox.newest_welcome(),
            NoticeKey::Verify => self.run.as_ref().is_some_and(|run| !run.is_ready()),
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
            NoticeKey::PlanStarted { subscription } => self.billing.running(now) == Some(subscription),
            NoticeKey::PaymentFailed { invoice } => self.billing.awaited_payment(invoice, now).is_some(),
        }
    }
}
