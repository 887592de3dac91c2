//! Checklist changes: commands of admins and of the host app, and completion by triggers.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{CompletedByEvent, Completion, CompletionTrigger, Source, UnknownTask};
use crate::{
    org::{Access, Org, Status},
    people::{Admin, Name},
};

/// Reason why a checklist command was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChecklistError {
    /// The organization's status does not allow changes. A payment restores access.
    #[error("the organization has no full access")]
    NoAccess(Status),
    /// The organization sees no task with that key.
    #[error(transparent)]
    UnknownTask(#[from] UnknownTask),
    /// The completion cannot be undone.
    #[error(transparent)]
    CompletedByEvent(#[from] CompletedByEvent),
}

/// Effect of a host event on the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostEventResult {
    /// The event completed at least one task.
    Completed,
    /// All tasks that the event completes were completed before.
    AlreadyCompleted,
    /// The organization's checklist definition has no task for this event.
    UnknownEvent,
}

/// A checklist change that an admin or the host app requests. Task keys are unverified input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecklistCommand<'a> {
    /// Mark a task as completed.
    Complete(&'a str),
    /// Undo the completion of a task that an admin marked.
    Uncomplete(&'a str),
    /// Skip a task that is open.
    Skip(&'a str),
    /// Reopen a skipped task.
    Unskip(&'a str),
    /// Dismiss the whole checklist.
    Dismiss,
    /// Show a dismissed checklist again.
    Restore,
    /// Confirm the message that celebrates the complete checklist.
    ConfirmCompletion,
}

impl Org {
    /// Applies an admin's command to the checklist.
    ///
    /// # Errors
    /// [`ChecklistError::NoAccess`] if the organization has no full access. Otherwise
    /// [`ChecklistError::UnknownTask`] if the organization sees no task with the given key, or
    /// [`ChecklistError::CompletedByEvent`] if no admin marked the task as completed.
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
        self.apply_to_checklist(command, (Source::Manual, Some(admin.name())), now)
    }

    /// Applies a command of the host app to the checklist. This works in every status of the
    /// organization. `actor` is the person who caused the command in the host app.
    ///
    /// # Errors
    /// Those of [`Self::change_checklist`], but never [`ChecklistError::NoAccess`].
    pub fn change_checklist_from_host(
        &mut self,
        actor: Option<&Name>,
        command: ChecklistCommand<'_>,
        now: Timestamp,
    ) -> Result<(), ChecklistError> {
        self.apply_to_checklist(command, (Source::Event, actor), now)
    }

    fn apply_to_checklist(
        &mut self,
        command: ChecklistCommand<'_>,
        (source, by): (Source, Option<&Name>),
        now: Timestamp,
    ) -> Result<(), ChecklistError> {
        let progress = self.progress(now);
        let was_complete = progress.is_complete();
        let changed = match command {
            ChecklistCommand::Complete(key) => {
                let by = by.map(ToString::to_string);
                let task = progress.task(key)?;
                self.checklist.complete(task.key, Completion { at: now, source, by })
            }
            ChecklistCommand::Uncomplete(key) => {
                let task = progress.task(key)?;
                self.checklist.uncomplete(task.key)?
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
            ChecklistCommand::ConfirmCompletion => {
                if progress.celebrates() {
                    self.onboarding.seen_at = Some(now);
                }
                false
            }
        };
        self.checklist_changed(changed, was_complete, now);
        Ok(())
    }

    /// Completes the tasks that a host event triggers. This works in every status of the
    /// organization.
    ///
    /// `at` is the time of the event. If it is before the sign-up or after `now`, the nearer of
    /// these two times is stored instead.
    pub fn complete_from_host(
        &mut self,
        event: &str,
        actor: Option<String>,
        at: Timestamp,
        now: Timestamp,
    ) -> HostEventResult {
        let at = at.max(self.signed_up_at).min(now);
        self.complete_by_trigger(
            CompletionTrigger::HostEvent(event),
            &Completion { at, source: Source::Event, by: actor },
            now,
        )
    }

    /// Completes all tasks of a trigger. This includes tasks that the checklist does not show
    /// because of the organization's plan or industry. The completion of such a task is stored, but
    /// has no visible effect until the checklist shows the task.
    pub(crate) fn complete_by_trigger(
        &mut self,
        trigger: CompletionTrigger<'_>,
        completion: &Completion,
        now: Timestamp,
    ) -> HostEventResult {
        let progress = self.progress_at_any_time();
        let (shown, was_complete) = (progress.tasks.clone(), progress.is_complete());
        let mut done = HostEventResult::UnknownEvent;
        for task in self.onboarding.definition().completed_by(trigger) {
            let changed = self.checklist.complete(task.key, completion.clone());
            self.checklist_changed(changed && shown.contains(&task), was_complete, now);
            done = if changed || done == HostEventResult::Completed {
                HostEventResult::Completed
            } else {
                HostEventResult::AlreadyCompleted
            };
        }
        done
    }

    /// Completes the tasks that the organization completed before its import. The keys are those of
    /// tasks of its definition. A complete checklist is not celebrated.
    pub(crate) fn complete_before_import(&mut self, tasks: &BTreeSet<String>, now: Timestamp) {
        let completion = Completion { at: now, source: Source::Event, by: None };
        for key in tasks {
            self.checklist.complete(key, completion.clone());
        }
        self.checklist_changed(!tasks.is_empty(), false, now);
        self.onboarding.seen_at = self.checklist.completed_at;
    }

    /// Updates the plan from the best subscription. A new plan can change the shown tasks. If the
    /// subscription has no price of a plan, the last known plan stays.
    pub(crate) fn update_plan(&mut self, now: Timestamp) {
        let plan = self.billing.plan(now);
        if plan.is_some() && plan != self.onboarding.plan {
            let progress = self.progress_at_any_time();
            let (before, was_complete) = (progress.tasks.clone(), progress.is_complete());
            self.onboarding.plan = plan;
            let changed = self.progress_at_any_time().tasks != before;
            self.checklist_changed(changed, was_complete, now);
        }
    }

    /// Updates the stored times if `changed`, which means that a completion, the shown tasks, or
    /// the dismissal changed. `was_complete` states whether the checklist was complete before the
    /// change.
    ///
    /// A checklist that stays complete keeps its completion time. If a new task is shown in a
    /// complete checklist, the checklist is open again. It gets a new completion time when it is
    /// complete again.
    fn checklist_changed(&mut self, changed: bool, was_complete: bool, now: Timestamp) {
        if changed {
            self.checklist.updated_at = Some(now);
            let complete = self.progress_at_any_time().is_complete();
            let before = self.checklist.completed_at.filter(|_| was_complete);
            self.checklist.completed_at = complete.then(|| before.unwrap_or(now));
        }
    }
}
