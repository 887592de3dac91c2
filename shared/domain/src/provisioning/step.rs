//! One step of a run.

use jiff::{SignedDuration, Timestamp};

use super::{StepDefinition, StepKey};
use crate::{people::Reason, time::add};

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What the step is.
    pub definition: StepDefinition,
    /// State of the step.
    pub state: StepState,
    /// Number of calls that began.
    pub attempts: u32,
    /// Time of the first call, from which the deadline counts. An operator's retry clears it.
    pub began_at: Option<Timestamp>,
    /// What went wrong in the last attempt that was not successful.
    pub last_error: Option<Cause>,
}

/// Id of an attempt. If the response to the write that stores it is lost, the caller recognizes its
/// own write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease(pub String);

/// State of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepState {
    /// The next call is due.
    Pending {
        /// Earliest time of the call.
        due: Timestamp,
    },
    /// A call is in flight. After the lease, it is made again.
    Calling {
        /// Lease of the caller.
        lease: Lease,
        /// End of the lease.
        until: Timestamp,
    },
    /// The host accepted the call and has not reported the result.
    Waiting,
    /// The step is done.
    Done {
        /// When it was done.
        at: Timestamp,
        /// Why an operator skipped it.
        skipped: Option<Reason>,
    },
    /// The step failed for good.
    Failed {
        /// When the step failed.
        at: Timestamp,
    },
}

/// A call that the caller must make now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Key of the called step.
    pub step: StepKey,
    /// Number of the attempt, from 1.
    pub attempt: u32,
    /// Maximum duration of the call.
    pub timeout: SignedDuration,
    /// Whether the host may accept the call first and report the result later.
    pub is_async: bool,
}

/// Why an attempt or a step failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The response did not arrive in time.
    Timeout,
    /// There was no connection, or it broke.
    NoConnection,
    /// The host responded with this status.
    Status {
        /// HTTP status of the response.
        status: u16,
        /// The explanation of the host.
        message: Option<String>,
    },
    /// The response was successful, but its body is not what a tenant's creation returns.
    Unreadable {
        /// HTTP status of the response.
        status: u16,
    },
    /// The host accepted the call of a step that is not asynchronous.
    AcceptedUnexpectedly,
    /// The outputs of all steps are too large.
    OutputsTooLarge,
    /// The host reported later that the step failed.
    Reported {
        /// The explanation of the host.
        message: Option<String>,
    },
    /// The deadline of the step passed.
    DeadlinePassed,
    /// The caller did not record the response.
    Interrupted,
}

impl Step {
    /// Returns a step that is due at `due`.
    pub(super) const fn new(definition: StepDefinition, due: Timestamp) -> Self {
        Self { definition, state: StepState::Pending { due }, attempts: 0, began_at: None, last_error: None }
    }

    /// Returns the call of the current attempt.
    pub(super) fn call(&self) -> Call {
        Call {
            step: self.definition.key.clone(),
            attempt: self.attempts,
            timeout: self.definition.timeout,
            is_async: self.definition.is_async,
        }
    }

    /// Returns whether the step is done or was skipped.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(self.state, StepState::Done { .. })
    }

    /// Returns the end of the deadline, if the step began.
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.began_at.map(|began| add(began, self.definition.deadline))
    }

    /// Returns the value of the state in JSON.
    #[must_use]
    pub const fn state_name(&self) -> &'static str {
        match self.state {
            StepState::Pending { .. } => "pending",
            StepState::Calling { .. } => "calling",
            StepState::Waiting => "waiting",
            StepState::Done { .. } => "done",
            StepState::Failed { .. } => "failed",
        }
    }
}

impl Cause {
    /// Returns the name in logs and in JSON for operators.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::NoConnection => "no_connection",
            Self::Status { .. } => "status",
            Self::Unreadable { .. } => "unreadable",
            Self::AcceptedUnexpectedly => "accepted_unexpectedly",
            Self::OutputsTooLarge => "outputs_too_large",
            Self::Reported { .. } => "reported",
            Self::DeadlinePassed => "deadline_passed",
            Self::Interrupted => "interrupted",
        }
    }
}
