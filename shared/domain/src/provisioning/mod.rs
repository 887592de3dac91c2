//! Provisioning steps: what the host app does so that the tenant exists in its product.
//!
//! A [`Run`] calls the host's endpoint once per step, in order, until every step is done. Then the
//! organization is ready: its trial starts, and the welcome email is sent.
//!
//! `Pending → Calling → Done`, or `Calling → Waiting → Done` if the host reports the result later. After a
//! response that permits another attempt, a step is `Pending` again. A final rejection, or the end of
//! the deadline, makes the step and the run `Failed`.
//!
//! Every attempt of a step has the same message id. So the host recognizes a repeated call, and a
//! crash between two writes only repeats a call.

mod backoff;
mod callback;
mod definition;
mod operator_action;
mod output;
mod response;
mod run;
mod step;
mod steps;

pub use callback::{CallbackError, Reported};
pub use definition::{BUILT_IN_STEPS, BuiltInStep, NotAStepKey, StepDefinition, StepKey};
pub use operator_action::{OperatorAction, TakenAction};
pub use output::{MAX_MESSAGE, MAX_OUTPUT_BYTES, Output, Outputs, kept_message};
pub use response::{Attempt, Response, ResponseBody};
pub use run::{Failure, NotARunId, Run, RunEnd, RunId, Waiting};
pub use step::{Call, Cause, Lease, Step, StepState};
pub use steps::{MAX_STEPS, Steps};
