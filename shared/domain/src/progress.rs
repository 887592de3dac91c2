//! Where an organization stands in its checklist: the tasks that it has, and what is done of them.

use std::cmp::Reverse;

use jiff::Timestamp;

use crate::{
    checklist::{Checklist, Completion, UnknownTask},
    definition::{Definition, Milestone, MilestoneRule},
    org::Org,
    status::Status,
    task::Task,
};

/// The checklist of one organization at one moment.
#[derive(Clone, Debug)]
pub struct Progress<'a> {
    /// What the checklist is made of.
    pub definition: &'static Definition,
    /// The tasks that this organization has, in the order of work.
    pub tasks: Vec<&'static Task>,
    list: &'a Checklist,
    seen_at: Option<Timestamp>,
    /// Of a running trial; `None` where none runs.
    days_left: Option<u32>,
}

impl Org {
    /// Where it stands at `now`.
    #[must_use]
    pub fn progress(&self, now: Timestamp) -> Progress<'_> {
        let days_left = (self.status(now) == Status::Trialing).then(|| self.trial_days_remaining(now));
        Progress { days_left, ..self.progress_at_any_time() }
    }

    /// The same as far as it is no matter of time: everything but the next task.
    pub(crate) fn progress_at_any_time(&self) -> Progress<'_> {
        let onboarding = &self.onboarding;
        let definition = onboarding.definition();
        let has = |task: &&Task| task.when.holds(onboarding.plan, onboarding.industry.as_deref());
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
    /// How many of the tasks are completed.
    #[must_use]
    pub fn completed_count(&self) -> usize {
        self.done().count()
    }

    /// How many tasks there are.
    #[must_use]
    pub fn total_count(&self) -> usize {
        self.tasks.len()
    }

    /// The floor of completed in a hundred: 1 of 8 is 12. Only all of them are 100; skipping changes nothing.
    #[must_use]
    pub fn percentage(&self) -> usize {
        // There is always a task: a definition without one does not build.
        self.completed_count() * 100 / self.total_count().max(1)
    }

    /// Whether every task is completed or skipped.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.open().next().is_none()
    }

    /// When every task was completed or skipped; `None` while one is open, be it one that has only come since.
    #[must_use]
    pub fn completed_at(&self) -> Option<Timestamp> {
        self.list.completed_at.filter(|_| self.is_complete())
    }

    /// Whether everything is done and no admin has taken note of it yet.
    #[must_use]
    pub fn celebrates(&self) -> bool {
        self.completed_at().is_some_and(|at| self.seen_at.is_none_or(|seen| seen < at))
    }

    /// Completed tasks, with what is known of each.
    pub fn done(&self) -> impl Iterator<Item = (&'static Task, &'a Completion)> {
        self.tasks.iter().filter_map(|task| Some((*task, self.list.ticks.get(task.key)?)))
    }

    /// Skipped tasks.
    pub fn skipped(&self) -> impl Iterator<Item = &'static Task> {
        self.tasks.iter().copied().filter(|task| self.list.skipped.contains_key(task.key))
    }

    /// Tasks that are neither completed nor skipped, in the order of work.
    pub fn open(&self) -> impl Iterator<Item = &'static Task> {
        self.tasks.iter().copied().filter(|task| self.list.is_open(task.key))
    }

    /// The open tasks as they are offered: what is worth most now comes first, and of equals the earlier.
    #[must_use]
    pub fn ahead(&self) -> Vec<&'static Task> {
        let mut open: Vec<_> = self.open().collect();
        // Stable: equals stay in the order of work.
        open.sort_by_key(|task| Reverse(task.weight(self.days_left)));
        open
    }

    /// The task to do next, the first of those [ahead](Self::ahead).
    #[must_use]
    pub fn next_task(&self) -> Option<&'static Task> {
        self.ahead().first().copied()
    }

    /// The task of a key that came from outside.
    ///
    /// # Errors
    /// [`UnknownTask`] for any other text, and for a task that this organization does not have.
    pub fn task(&self, key: &str) -> Result<&'static Task, UnknownTask> {
        self.tasks.iter().copied().find(|task| task.key == key).ok_or(UnknownTask)
    }

    /// The keys that a request may name.
    #[must_use]
    pub fn keys(&self) -> Vec<&'static str> {
        self.tasks.iter().map(|task| task.key).collect()
    }

    /// The milestones, each with when it was reached. What was reached can only be left by a changed definition.
    pub fn milestones(&self) -> impl Iterator<Item = (&'static Milestone, Option<Timestamp>)> {
        let mut ticked: Vec<Timestamp> = self.done().map(|(_, tick)| tick.at).collect();
        ticked.sort_unstable();
        self.definition.milestones.iter().map(move |milestone| {
            let reached = match milestone.takes {
                MilestoneRule::Count(count) => {
                    count.checked_sub(1).and_then(|last| ticked.get(last)).copied()
                }
                MilestoneRule::Tasks(keys) => {
                    let at = |key: &&str| self.list.ticks.get(*key).map(|tick| tick.at);
                    keys.iter().map(at).collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max())
                }
            };
            (milestone, reached)
        })
    }
}
