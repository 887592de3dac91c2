//! The run: its steps in order, and how it ends.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};

use super::{
    Attempt, Call, Cause, Lease, OperatorAction, Output, Outputs, Step, StepDefinition, StepKey, StepState,
    TakenAction, backoff,
};
use crate::{
    id::OrgId,
    people::{ActionRecord, Reason, ReturnUrl},
    time::add,
    trial::Trial,
};

/// How much longer a lease is than the timeout of its call. In this time, the caller records the
/// response.
const LEASE_MARGIN: SignedDuration = SignedDuration::from_secs(15);

/// Duration after which a run is slow.
const SLOW: SignedDuration = SignedDuration::from_hours(1);

/// Maximum number of actions that a run keeps, the newest ones.
const MAX_ACTIONS: usize = 20;

/// Id of a run: `run_…`. It has the UUID of the organization, so the run is found by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunId(OrgId);

/// Error for a text that is not the id of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a run")]
pub struct NotARunId;

impl RunId {
    /// Returns the id of the run that provisions an organization.
    #[must_use]
    pub const fn of(org: OrgId) -> Self {
        Self(org)
    }

    /// Returns the organization of the run.
    #[must_use]
    pub const fn org(self) -> OrgId {
        self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run_{}", self.0.uuid().as_hyphenated())
    }
}

impl FromStr for RunId {
    type Err = NotARunId;

    fn from_str(text: &str) -> Result<Self, NotARunId> {
        let uuid = text.strip_prefix("run_").ok_or(NotARunId)?;
        format!("org_{uuid}").parse().map(Self).map_err(|_| NotARunId)
    }
}

/// What starts when the organization is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The trial, as it would run if it had started with the run.
    pub trial: Option<Trial>,
    /// Earliest time of the welcome email. `None` if there is none.
    pub welcome: Option<Timestamp>,
}

/// The steps that make an organization ready. An organization has at most one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Id of the run.
    pub id: RunId,
    /// Whether no call is made before the founder's address is verified or money arrives.
    pub is_held: bool,
    /// What waits for the end of the run. `None` after the organization became ready.
    pub waiting: Option<Waiting>,
    /// Steps in order. There is at least one.
    pub steps: Vec<Step>,
    /// Values that finished steps returned.
    pub outputs: Outputs,
    /// The organization's own address in the host app, which a step returned.
    pub app_url: Option<ReturnUrl>,
    /// The newest actions of operators on the run, the oldest first.
    pub actions: Vec<TakenAction>,
    /// How the run ended.
    pub end: Option<RunEnd>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// Every step is done.
    Ready {
        /// When the last step was done.
        at: Timestamp,
    },
    /// A step failed, or an operator gave the run up.
    Failed {
        /// When the run failed.
        at: Timestamp,
        /// Step that was not done.
        step: StepKey,
        /// Why the run failed.
        why: Failure,
    },
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The step failed for good.
    Step(Cause),
    /// An operator gave the run up.
    GivenUp(Reason),
}

impl Run {
    /// Starts a run, whose first call is due at `now`. Returns `None` without steps, because such an
    /// organization is ready at once.
    #[must_use]
    pub fn start(
        org: OrgId,
        steps: &[StepDefinition],
        trial: Option<&Trial>,
        now: Timestamp,
    ) -> Option<Self> {
        let steps: Vec<Step> = steps.iter().map(|step| Step::new(step.clone(), now)).collect();
        let (outputs, app_url, actions) = Default::default();
        let waiting = Some(Waiting { trial: trial.cloned(), welcome: Some(now) });
        let (id, is_held) = (RunId::of(org), false);
        let run = Self { id, is_held, waiting, steps, outputs, app_url, actions, end: None };
        (!run.steps.is_empty()).then_some(run)
    }

    /// Returns when the last step was done.
    #[must_use]
    pub const fn ready_at(&self) -> Option<Timestamp> {
        match self.end {
            Some(RunEnd::Ready { at }) => Some(at),
            _ => None,
        }
    }

    /// Returns when the run failed.
    #[must_use]
    pub const fn failed_at(&self) -> Option<Timestamp> {
        match self.end {
            Some(RunEnd::Failed { at, .. }) => Some(at),
            _ => None,
        }
    }

    /// Returns whether every step is done.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.ready_at().is_some()
    }

    /// Returns the number of steps that are done.
    #[must_use]
    pub fn done_count(&self) -> usize {
        self.steps.iter().filter(|step| step.is_done()).count()
    }

    /// Returns the current step: the first one that is not done. Returns `None` after the end.
    #[must_use]
    pub fn current(&self) -> Option<&Step> {
        self.steps.iter().find(|step| !step.is_done()).filter(|_| self.end.is_none())
    }

    pub(super) fn current_mut(&mut self) -> Option<&mut Step> {
        self.steps.iter_mut().find(|step| !step.is_done()).filter(|_| self.end.is_none())
    }

    /// Lets a run that is held begin.
    pub fn release(&mut self, now: Timestamp) {
        if self.is_held
            && let Some(step) = self.current_mut()
        {
            step.state = StepState::Pending { due: now };
        }
        self.is_held = false;
    }

    /// Returns when the run next needs work. Returns `None` while it is held and after its end.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        let step = self.current().filter(|_| !self.is_held)?;
        Some(match &step.state {
            StepState::Pending { due } => *due,
            StepState::Calling { until, .. } => *until,
            StepState::Waiting | StepState::Done { .. } | StepState::Failed { .. } => {
                step.ends_at().unwrap_or(Timestamp::MIN)
            }
        })
    }

    /// Returns when a function looks at the run: when it needs work, or earlier if it becomes slow while
    /// the host works on a step. Returns `None` while it is held and after its end.
    #[must_use]
    pub fn look_at(&self) -> Option<Timestamp> {
        let due = self.due_at()?;
        let slow = self.current()?.began_at.map(|began| add(began, SLOW));
        Some(match self.current()?.state {
            StepState::Waiting => slow.map_or(due, |slow| slow.min(due)),
            _ => due,
        })
    }

    /// Returns how long the run has been under way since its first call. Returns `None` before that and
    /// after its end.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Option<SignedDuration> {
        let began = self.steps.first()?.began_at.filter(|_| self.end.is_none())?;
        Some(now.duration_since(began))
    }

    /// Claims the due call, or fails the step if its deadline passed. Returns `None` if no call is to
    /// be made. The caller stores the run before it makes the call.
    pub fn claim(&mut self, lease: &Lease, now: Timestamp) -> Option<Call> {
        if self.due_at().is_none_or(|due| now < due) {
            return None;
        }
        let step = self.current_mut()?;
        if matches!(step.state, StepState::Calling { .. }) {
            step.last_error = Some(Cause::Interrupted);
        }
        if step.ends_at().is_some_and(|end| end <= now) {
            self.fail(Failure::Step(Cause::DeadlinePassed), now);
            return None;
        }
        step.began_at.get_or_insert(now);
        step.attempts = step.attempts.saturating_add(1);
        let timeout = step.definition.timeout;
        let call = step.call();
        step.state = StepState::Calling {
            lease: lease.clone(),
            until: add(now, timeout.saturating_add(LEASE_MARGIN)),
        };
        Some(call)
    }

    /// Returns the call that `lease` claimed, if it is in flight.
    #[must_use]
    pub fn claimed(&self, lease: &Lease) -> Option<Call> {
        self.current().filter(|step| is_held_by(step, lease)).map(Step::call)
    }

    /// Records the result of the call that `lease` claimed. Does nothing if the call is not in flight
    /// any more: a callback or an operator was faster, or the lease ended and another call began.
    /// `random` spreads the next attempt.
    pub fn record(&mut self, lease: &Lease, attempt: Attempt, random: u64, now: Timestamp) {
        let Some(step) = self.current_mut().filter(|step| is_held_by(step, lease)) else { return };
        match attempt {
            Attempt::Done(output) => {
                if !self.finish_step(output, now) {
                    self.try_again(Cause::OutputsTooLarge, None, random, now);
                }
            }
            Attempt::Accepted => step.state = StepState::Waiting,
            Attempt::Again { cause, retry_after } => self.try_again(cause, retry_after, random, now),
            Attempt::Rejected(cause) => self.fail(Failure::Step(cause), now),
        }
    }

    /// Marks the current step as done with its output, and the run as ready after the last step.
    /// Returns `false` and changes nothing if the outputs are too large.
    pub(super) fn finish_step(&mut self, output: Output, now: Timestamp) -> bool {
        let fits = self.outputs.add(&output.outputs);
        if fits {
            self.app_url = output.app_url.or(self.app_url.take());
            self.complete_step(None, now);
        }
        fits
    }

    fn try_again(&mut self, cause: Cause, retry_after: Option<SignedDuration>, random: u64, now: Timestamp) {
        let Some(step) = self.current_mut() else { return };
        let delay = backoff::delay(step.attempts, random).max(retry_after.unwrap_or_default());
        let due = add(now, delay);
        // At the end of the deadline, the step fails.
        step.state = StepState::Pending { due: step.ends_at().map_or(due, |end| due.min(end)) };
        step.last_error = Some(cause);
    }

    fn complete_step(&mut self, skipped: Option<Reason>, now: Timestamp) {
        let Some(step) = self.current_mut() else { return };
        step.state = StepState::Done { at: now, skipped };
        match self.current_mut() {
            Some(next) => next.state = StepState::Pending { due: now },
            None => self.end = Some(RunEnd::Ready { at: now }),
        }
    }

    /// Fails the current step and the run.
    pub(super) fn fail(&mut self, why: Failure, now: Timestamp) {
        let Some(step) = self.current_mut() else { return };
        if let Failure::Step(cause) = &why
            && *cause != Cause::DeadlinePassed
        {
            step.last_error = Some(cause.clone());
        }
        step.state = StepState::Failed { at: now };
        let step = step.definition.key.clone();
        self.end = Some(RunEnd::Failed { at: now, step, why });
    }

    /// Makes the current step due at once, with a new deadline, also after a failure. Returns `false`
    /// and changes nothing if the organization is ready, or if a call is in flight.
    pub fn retry_step(&mut self, now: Timestamp) -> bool {
        if self.is_ready() {
            return false;
        }
        let Some(step) = self.steps.iter_mut().find(|step| !step.is_done()) else { return false };
        if matches!(step.state, StepState::Calling { .. }) {
            return false;
        }
        step.state = StepState::Pending { due: now };
        step.began_at = None;
        self.is_held = false;
        self.end = None;
        true
    }

    /// Counts the current step as done, also after a failure. Returns `false` and changes nothing if
    /// the organization is ready, or if `step` is not the current step.
    pub fn skip_step(&mut self, step: &StepKey, reason: Reason, now: Timestamp) -> bool {
        let current = self.steps.iter().find(|step| !step.is_done());
        if current.is_none_or(|current| current.definition.key != *step) {
            return false;
        }
        self.is_held = false;
        self.end = None;
        self.complete_step(Some(reason), now);
        true
    }

    /// Gives the run up. Returns `false` and changes nothing after its end.
    pub fn give_up(&mut self, reason: Reason, now: Timestamp) -> bool {
        let runs = self.end.is_none();
        self.fail(Failure::GivenUp(reason), now);
        runs
    }

    /// Takes the action of an operator, and keeps its record. Returns `false` and changes nothing if the
    /// action is not possible: the run ended, a call of the step is in flight, or the step is another
    /// one.
    pub fn take_action(&mut self, action: OperatorAction, record: ActionRecord) -> bool {
        let (reason, now) = (record.reason.clone(), record.at);
        let taken = match &action {
            OperatorAction::RetryStep => self.retry_step(now),
            OperatorAction::SkipStep(step) => self.skip_step(step, reason, now),
            OperatorAction::FailRun => self.give_up(reason, now),
        };
        if taken {
            self.actions.push(TakenAction { action, record });
            let excess = self.actions.len().saturating_sub(MAX_ACTIONS);
            self.actions.drain(..excess);
        }
        taken
    }
}

fn is_held_by(step: &Step, lease: &Lease) -> bool {
    matches!(&step.state, StepState::Calling { lease: held, .. } if held == lease)
}
