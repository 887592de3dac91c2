//! Progress of an organization: its shown tasks, and which of them are completed or skipped.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::{Checklist, Completion, Definition, Milestone, MilestoneRule, Task, UnknownTask};
use crate::org::Org;

/// Maximum number of open tasks that the welcome page and the welcome email suggest.
pub const MAX_SUGGESTED_TASKS: usize = 4;

/// Checklist of one organization at one point in time.
#[derive(Clone, Debug)]
pub struct Progress<'a> {
    /// Definition that contains the tasks and milestones.
    pub definition: &'static Definition,
    /// Tasks that this organization sees, by priority.
    pub tasks: Vec<&'static Task>,
    list: &'a Checklist,
    seen_at: Option<Timestamp>,
    /// Days left of the running trial; `None` if none runs.
    days_left: Option<u32>,
}

impl Org {
    /// Returns the progress at `now`.
    #[must_use]
    pub fn progress(&self, now: Timestamp) -> Progress<'_> {
        let days_left = self.is_on_trial(now).then(|| self.trial_days_remaining(now));
        Progress { days_left, ..self.progress_at_any_time() }
    }

    /// Returns the progress without the remaining days of the trial, which affect only the order of
    /// the suggested tasks.
    pub(crate) fn progress_at_any_time(&self) -> Progress<'_> {
        let onboarding = &self.onboarding;
        let definition = onboarding.definition();
        let has = |task: &&Task| task.condition.holds(onboarding.plan, onboarding.industry.as_deref());
        Progress {
            definition,
            tasks: definition.tasks.iter().filter(has).collect(),
            list: &self.checklist,
            seen_at: onboarding.seen_at,
            days_left: None,
        }
    }
}

impl<'a> Progress<'a> {
    /// Returns the number of completed tasks.
    #[must_use]
    pub fn completed_count(&self) -> usize {
        self.done().count()
    }

    /// Returns the number of shown tasks.
    #[must_use]
    pub fn total_count(&self) -> usize {
        self.tasks.len()
    }

    /// Returns the completed tasks in percent, rounded down: 1 of 8 is 12. Skipped tasks do not
    /// count.
    #[must_use]
    pub fn percentage(&self) -> usize {
        // The build rejects a definition without tasks, so the divisor is never 0.
        self.completed_count() * 100 / self.total_count().max(1)
    }

    /// Returns the number of tasks that are completed or skipped.
    #[must_use]
    pub fn settled_count(&self) -> usize {
        self.total_count() - self.remaining_count()
    }

    /// Returns the number of open tasks.
    #[must_use]
    pub fn remaining_count(&self) -> usize {
        self.open().count()
    }

    /// Returns the completed and skipped tasks in percent, rounded down. It is 100 exactly if
    /// [`Self::is_complete`].
    #[must_use]
    pub fn settled_percentage(&self) -> usize {
        self.settled_count() * 100 / self.total_count().max(1)
    }

    /// Returns whether every task is completed or skipped.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.open().next().is_none()
    }

    /// Returns when the checklist became complete; `None` while a task is open.
    #[must_use]
    pub fn completed_at(&self) -> Option<Timestamp> {
        self.list.completed_at.filter(|_| self.is_complete())
    }

    /// Returns whether the checklist is complete and no admin has confirmed the message that
    /// celebrates it.
    #[must_use]
    pub fn celebrates(&self) -> bool {
        self.completed_at().is_some_and(|at| self.seen_at.is_none_or(|seen| seen < at))
    }

    /// Returns the completed tasks with their completions.
    pub fn done(&self) -> impl Iterator<Item = (&'static Task, &'a Completion)> {
        self.tasks.iter().filter_map(|task| Some((*task, self.list.completions.get(task.key)?)))
    }

    /// Returns the skipped tasks.
    pub fn skipped(&self) -> impl Iterator<Item = &'static Task> {
        self.tasks.iter().copied().filter(|task| self.list.skipped.contains_key(task.key))
    }

    /// Returns the open tasks by priority. An open task is neither completed nor skipped.
    pub fn open(&self) -> impl Iterator<Item = &'static Task> {
        self.tasks.iter().copied().filter(|task| self.list.is_open(task.key))
    }

    /// Returns the open tasks by weight, highest first. Equal weights keep the order of priority.
    #[must_use]
    pub fn by_weight(&self) -> Vec<&'static Task> {
        let mut open: Vec<_> = self.open().collect();
        open.sort_by_key(|task| self.rank(task));
        open
    }

    fn rank(&self, task: &Task) -> (Reverse<u8>, u8) {
        (Reverse(task.weight(self.days_left)), task.priority)
    }

    /// Returns whether `task`, if it were open, would come before every open task.
    #[must_use]
    pub fn precedes_open_tasks(&self, task: &Task) -> bool {
        self.open().all(|open| self.rank(task) < self.rank(open))
    }

    /// Returns the next task, which is the open task with the highest weight.
    #[must_use]
    pub fn next_task(&self) -> Option<&'static Task> {
        self.by_weight().first().copied()
    }

    /// Returns the task with a key from user input.
    ///
    /// # Errors
    /// [`UnknownTask`] if this organization does not see a task with that key.
    pub fn task(&self, key: &str) -> Result<&'static Task, UnknownTask> {
        self.tasks.iter().copied().find(|task| task.key == key).ok_or(UnknownTask)
    }

    /// Returns the keys of the shown tasks, which are the only keys that a request may contain.
    #[must_use]
    pub fn keys(&self) -> Vec<&'static str> {
        self.tasks.iter().map(|task| task.key).collect()
    }

    /// Returns all milestones, each with the time at which it was reached. The time is `None` for a
    /// milestone that is not reached.
    ///
    /// A milestone that was reached can be lost if the definition changes, or if a change of the
    /// plan hides a completed task.
    pub fn milestones(&self) -> impl Iterator<Item = (&'static Milestone, Option<Timestamp>)> {
        let mut completed: Vec<Timestamp> = self.done().map(|(_, completion)| completion.at).collect();
        completed.sort_unstable();
        self.definition.milestones.iter().map(move |milestone| {
            let reached = match milestone.rule {
                MilestoneRule::Count(count) => {
                    count.checked_sub(1).and_then(|last| completed.get(last)).copied()
                }
                MilestoneRule::Tasks(keys) => {
                    let at = |key: &&str| self.list.completions.get(*key).map(|completion| completion.at);
                    keys.iter().map(at).collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max())
                }
            };
            (milestone, reached)
        })
    }
}
