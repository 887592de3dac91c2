//! What an operator does about a run.

use super::StepKey;
use crate::people::ActionRecord;

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
