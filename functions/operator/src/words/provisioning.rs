//! Texts of the steps of the host app: what they are, what went wrong, and the actions on them.

use domain::provisioning::{Cause, Failure, OperatorAction};

pub const TITLE: &str = "Setup in the host app";
pub const READY: &str = "Every step is done.";
pub const HELD: &str = "Waits until the founder verifies their address, or until a payment.";
pub const SKIPPED: &str = "skipped";
pub const RETRY: &str = "Retry step";
pub const RETRY_HINT: &str =
    "Calls the host app again at once, with a new deadline. The message ID stays the same.";
pub const SKIP: &str = "Skip step";
pub const SKIP_HINT: &str =
    "Counts the step as done without a call. Use it if the host app’s team did the work by hand.";
pub const FAIL: &str = "Give up";
pub const FAIL_HINT: &str = "Ends the run. The trial does not start, no welcome email is sent, and access stays as it is. You can still retry or skip later.";
pub const INVALID_STEP: &str = "Enter the key of the step, such as workspace.";
pub const NOT_POSSIBLE: &str = "Nothing changed: the run has ended, the open step is another one, or its call is still in flight. Load the page again.";

/// Title of an item in the review queue.
pub const FAILED: &str = "Setup in the host app failed";
pub const FAILED_ADVICE: &str = "Fix the cause with the team of the host app. Then retry the step on the page of the \
    organization, or skip it.";

/// Returns for example "waiting, 3 attempts".
pub fn state(state: &str, attempts: u32) -> String {
    match attempts {
        0 => state.to_owned(),
        1 => format!("{state}, 1 attempt"),
        _ => format!("{state}, {attempts} attempts"),
    }
}

/// Returns a sentence about what went wrong.
pub fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Timeout => "The host app did not respond in time.".to_owned(),
        Cause::NoConnection => "There was no connection to the host app, or it broke.".to_owned(),
        Cause::Status { status, message } => {
            with_message(&format!("The host app responded with {status}"), message)
        }
        Cause::Unreadable { status } => {
            format!("The host app responded with {status} and a body that is not the expected JSON.")
        }
        Cause::AcceptedUnexpectedly => {
            "The host app responded with 202, but the step is not asynchronous.".to_owned()
        }
        Cause::OutputsTooLarge => "The outputs of all steps are too large.".to_owned(),
        Cause::Reported { message } => with_message("The host app reported a failure", message),
        Cause::DeadlinePassed => "The deadline of the step passed.".to_owned(),
        Cause::Interrupted => "A call was interrupted, and its response is unknown.".to_owned(),
    }
}

/// Returns a sentence about why the run failed.
pub fn failure(why: &Failure) -> String {
    match why {
        Failure::Step(cause) => self::cause(cause),
        Failure::GivenUp(reason) => format!("An operator gave up: {reason}"),
    }
}

/// Returns a sentence about a failed step, for the review queue.
pub fn failed_step(step: &str, attempts: u32, why: &Failure) -> String {
    format!("{}: {}", state(step, attempts), failure(why))
}

/// Returns what an operator did, for example "Jo Doe, retry step: the server was down".
pub fn action(name: &str, action: &OperatorAction, reason: &str) -> String {
    let what = match action {
        OperatorAction::RetryStep => "retry step".to_owned(),
        OperatorAction::SkipStep(step) => format!("skip step {step}"),
        OperatorAction::FailRun => "give up".to_owned(),
    };
    format!("{name}, {what}: {reason}")
}

fn with_message(text: &str, message: &Option<String>) -> String {
    match message {
        Some(message) => format!("{text}: {message}"),
        None => format!("{text}."),
    }
}
