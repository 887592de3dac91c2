//! The result of a step that the host reports later.

use jiff::Timestamp;

use super::{Cause, Failure, MAX_OUTPUT_BYTES, Output, Run, StepKey, StepState};

/// A result that the host reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reported {
    /// The step is done.
    Done(Output),
    /// The step failed, with the host's explanation.
    Failed(Option<String>),
}

/// Why a reported result is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// The run has no such step.
    #[error("unknown step")]
    UnknownStep,
    /// Onramp has not called the step yet.
    #[error("the step has not begun")]
    NotBegun,
    /// The outputs of all steps together are too large.
    #[error("the outputs of all steps are larger than {MAX_OUTPUT_BYTES} bytes")]
    OutputsTooLarge,
    /// The step already ended with another result.
    #[error("the step ended with another result")]
    Ended,
}

impl Run {
    /// Applies the result of a step that the host reports. The same result again changes nothing.
    ///
    /// The result counts from the first call on. So it also counts if it is faster than the response
    /// to the call, or if that response was lost.
    ///
    /// # Errors
    /// [`CallbackError`], and nothing changes.
    pub fn report(
        &mut self,
        step: &StepKey,
        reported: Reported,
        now: Timestamp,
    ) -> Result<(), CallbackError> {
        let known = self.steps.iter().find(|it| it.definition.key == *step);
        let known = known.ok_or(CallbackError::UnknownStep)?;
        let (state, has_begun) = (known.state.clone(), known.attempts > 0);
        match (state, reported) {
            (StepState::Done { .. }, Reported::Done(_)) | (StepState::Failed { .. }, Reported::Failed(_)) => {
                Ok(())
            }
            (StepState::Done { .. } | StepState::Failed { .. }, _) => Err(CallbackError::Ended),
            _ if !has_begun => Err(CallbackError::NotBegun),
            (_, Reported::Done(output)) => {
                self.finish_step(output, now).then_some(()).ok_or(CallbackError::OutputsTooLarge)
            }
            (_, Reported::Failed(message)) => {
                self.fail(Failure::Step(Cause::Reported { message }), now);
                Ok(())
            }
        }
    }
}
