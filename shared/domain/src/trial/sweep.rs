//! The trial sweep: reminders, the end of the trial, and dates of subscriptions that pass.

use jiff::Timestamp;

use super::Trial;
use crate::{billing::TRIAL_LIMIT, mail::NoticeKey, org::Org};

impl Org {
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

    /// Returns whether the trial of a subscription ended more than 72 hours ago without an event,
    /// and no sweep processed this yet.
    #[must_use]
    pub fn is_plan_newly_unconfirmed(&self, now: Timestamp) -> bool {
        let seen = self.dates_seen.unwrap_or(Timestamp::MIN);
        let mut counting = self.billing.subscriptions.values().filter(|subscription| subscription.counts());
        counting.any(|it| it.trial_passed(TRIAL_LIMIT, now) && !it.trial_passed(TRIAL_LIMIT, seen))
    }

    /// Returns Onramp's trial if the trial sweep must still process it.
    ///
    /// Returns `None` while a subscription is alive, after the customer was deleted, and while the
    /// subscriptions of an imported customer are not known yet.
    ///
    /// Also returns `None` after a subscription began, because the trial then led to a
    /// subscription, unless it was moved to another organization. This rule does not apply if an
    /// operator extended the trial after the newest billing event.
    pub(crate) fn sweep_trial(&self, now: Timestamp) -> Option<&Trial> {
        let billing = &self.billing;
        if billing.is_alive(now) || billing.customer_deleted() || self.is_import_open() {
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
    pub(crate) fn nearest_reminder(&self, ends_at: Timestamp) -> Option<u16> {
        let days = self.outbox.0.keys().filter_map(|key| match key {
            NoticeKey::TrialEnding { ends_at: end, days } if *end == ends_at => Some(*days),
            _ => None,
        });
        days.min()
    }
}
