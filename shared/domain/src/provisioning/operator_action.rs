//! What an operator does about a run.

use super::{Run, StepKey};
use crate::people::ActionRecord;

/// Maximum number of actions that a run keeps, the newest ones.
const MAX_ACTIONS: usize = 20;

/// What an operator asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorAction {
    /// Makes the current or failed step due at once, with a new deadline.
    RetryStep,
    /// Counts this step, the current or failed one, as done.
    SkipStep(StepKey),
    /// Gives the run up.
    FailRun,
}

/// An action that an operator took on a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenAction {
    /// What the operator did.
    pub action: OperatorAction,
    /// Who did it, when, and why.
    pub record: ActionRecord,
}

impl Run {
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
