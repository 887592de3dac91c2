//! What is done of an organization's checklist: by its admins, and by what shows that a task is done.

use jiff::Timestamp;

use super::Org;
use crate::{
    checklist::{Completion, Source, UnknownTask},
    people::Admin,
    plan::Prices,
    status::{Access, Status},
    task::CompletionTrigger,
};

/// Why a command was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChecklistError {
    /// The organization's state does not allow it; a payment would.
    #[error("the organization has no full access")]
    NoAccess(Status),
    /// The command names a task that is not there.
    #[error(transparent)]
    UnknownTask(#[from] UnknownTask),
}

/// What an event of the host app did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostEventResult {
    /// A task is done by it.
    Ticked,
    /// What it completes was done before.
    Already,
    /// It completes nothing of this organization's checklist.
    Unknown,
}

/// A change that an admin asks of the checklist. Task keys are as they came from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecklistCommand<'a> {
    /// Mark a task done.
    Complete(&'a str),
    /// Put a task aside.
    Skip(&'a str),
    /// Take a skipped task back.
    Unskip(&'a str),
    /// Put the whole checklist aside.
    Dismiss,
    /// Take the checklist back.
    Restore,
    /// Take note that everything is done.
    See,
}

impl Org {
    /// Changes the checklist as an admin of this organization asked.
    ///
    /// # Errors
    /// [`Refusal::NoAccess`] before [`Refusal::UnknownTask`]: what a command says is only read once it is allowed.
    pub fn change_checklist(
        &mut self,
        admin: &Admin,
        command: ChecklistCommand<'_>,
        now: Timestamp,
    ) -> Result<(), ChecklistError> {
        let status = self.status(now);
        if status.access() != Access::Full {
            return Err(ChecklistError::NoAccess(status));
        }
        let progress = self.progress(now);
        let was_complete = progress.is_complete();
        let changed = match command {
            ChecklistCommand::Complete(key) => {
                let by = Some(admin.name().to_string());
                let task = progress.task(key)?;
                self.checklist.complete(task.key, Completion { at: now, source: Source::Manual, by })
            }
            ChecklistCommand::Skip(key) => {
                let task = progress.task(key)?;
                self.checklist.skip(task.key, now)
            }
            ChecklistCommand::Unskip(key) => {
                let task = progress.task(key)?;
                self.checklist.skipped.remove(task.key).is_some()
            }
            ChecklistCommand::Dismiss => self.checklist.dismiss(true, now),
            ChecklistCommand::Restore => self.checklist.dismiss(false, now),
            ChecklistCommand::See => {
                if progress.celebrates() {
                    self.onboarding.seen_at = Some(now);
                }
                false
            }
        };
        self.checklist_changed(changed, was_complete, now);
        Ok(())
    }

    /// Ticks what an event of the host app completes, in any state of the organization. What it says of the time
    /// counts as far as it can be true: not before the sign-up, and not after `now`.
    pub fn tick_from_host(
        &mut self,
        event: &str,
        actor: Option<String>,
        at: Timestamp,
        now: Timestamp,
    ) -> HostEventResult {
        let at = at.max(self.signed_up_at).min(now);
        self.tick_by_sign(
            CompletionTrigger::HostEvent(event),
            &Completion { at, source: Source::Event, by: actor },
            now,
        )
    }

    /// Ticks what a sign completes, be it on this organization's checklist by now or only later. What is not on it is
    /// kept, and changes nothing that anybody sees or is told of before it is.
    pub(crate) fn tick_by_sign(
        &mut self,
        sign: CompletionTrigger<'_>,
        tick: &Completion,
        now: Timestamp,
    ) -> HostEventResult {
        let progress = self.progress_at_any_time();
        let (shown, was_complete) = (progress.tasks.clone(), progress.is_complete());
        let mut done = HostEventResult::Unknown;
        for task in self.onboarding.definition().done_by(sign) {
            let changed = self.checklist.complete(task.key, tick.clone());
            self.checklist_changed(changed && shown.contains(&task), was_complete, now);
            done = if changed || done == HostEventResult::Ticked {
                HostEventResult::Ticked
            } else {
                HostEventResult::Already
            };
        }
        done
    }

    /// Takes in which plan the best subscription is for, and with it which tasks there are. A price that is none of
    /// ours says nothing.
    pub fn note_plan(&mut self, prices: &Prices, now: Timestamp) {
        let plan = self.billing.plan().and_then(|price| prices.plan(price));
        if plan.is_some() && plan != self.onboarding.plan {
            let progress = self.progress_at_any_time();
            let (before, was_complete) = (progress.tasks.clone(), progress.is_complete());
            self.onboarding.plan = plan;
            let changed = self.progress_at_any_time().tasks != before;
            self.checklist_changed(changed, was_complete, now);
        }
    }

    /// What follows from a change of the checklist, or of the tasks that are on it. One that was finished, and that a
    /// changed definition opened again, is finished anew.
    fn checklist_changed(&mut self, changed: bool, was_complete: bool, now: Timestamp) {
        if changed {
            self.checklist.updated_at = Some(now);
            let complete = self.progress_at_any_time().is_complete();
            let before = self.checklist.completed_at.filter(|_| was_complete);
            self.checklist.completed_at = complete.then(|| before.unwrap_or(now));
        }
    }
}
