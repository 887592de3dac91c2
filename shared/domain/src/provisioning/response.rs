//! What a call of a step resulted in.

use jiff::SignedDuration;

use super::{Cause, Output};

/// Result of a call to the host's endpoint, before it is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// The host responded in time.
    Status {
        /// HTTP status of the response.
        status: u16,
        /// The body: empty or valid JSON of the expected form. `None` if it is anything else or too
        /// large.
        body: Option<ResponseBody>,
        /// Value of the header `Retry-After`.
        retry_after: Option<SignedDuration>,
    },
    /// The response did not arrive within the timeout.
    Timeout,
    /// There was no connection, or it broke.
    NoConnection,
}

/// Body of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseBody {
    /// Values of a successful step.
    pub output: Output,
    /// Reason of a rejection.
    pub message: Option<String>,
}

/// What follows from a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The step is done.
    Done(Output),
    /// The host works on the step and reports the result later.
    Accepted,
    /// The same call is made again.
    Again {
        /// What went wrong in this attempt.
        cause: Cause,
        /// Minimum delay that the host demands.
        retry_after: Option<SignedDuration>,
    },
    /// The step failed for good.
    Rejected(Cause),
}

impl Response {
    /// Judges the response to the call of a step.
    #[must_use]
    pub fn judge(self, is_async: bool) -> Attempt {
        let (status, body, retry_after) = match self {
            Self::Status { status, body, retry_after } => (status, body, retry_after),
            Self::Timeout => return Attempt::Again { cause: Cause::Timeout, retry_after: None },
            Self::NoConnection => return Attempt::Again { cause: Cause::NoConnection, retry_after: None },
        };
        let again = |cause| Attempt::Again { cause, retry_after };
        match (status, body) {
            (202, _) if is_async => Attempt::Accepted,
            (202, _) => again(Cause::AcceptedUnexpectedly),
            (200..=299, Some(body)) => Attempt::Done(body.output),
            (200..=299, None) => again(Cause::Unreadable { status }),
            (408 | 425 | 429, _) => again(Cause::Status { status, message: None }),
            (400..=499, body) => {
                let message = body.and_then(|body| body.message);
                Attempt::Rejected(Cause::Status { status, message })
            }
            _ => again(Cause::Status { status, message: None }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_decides_what_happens_next() {
        let done = || Attempt::Done(Output::default());
        let cause = |status| Cause::Status { status, message: None };
        let again = |cause| Attempt::Again { cause, retry_after: None };
        for (status, is_readable, is_async, expected) in [
            (200, true, false, done()),
            (204, true, true, done()),
            (299, true, false, done()),
            (200, false, false, again(Cause::Unreadable { status: 200 })),
            (202, true, true, Attempt::Accepted),
            // The host has accepted the call, whatever its body says.
            (202, false, true, Attempt::Accepted),
            (202, true, false, again(Cause::AcceptedUnexpectedly)),
            (101, true, false, again(cause(101))),
            (302, true, false, again(cause(302))),
            (408, true, false, again(cause(408))),
            (425, true, false, again(cause(425))),
            (429, false, false, again(cause(429))),
            (500, true, false, again(cause(500))),
            (599, false, true, again(cause(599))),
            (600, false, true, again(cause(600))),
            (400, true, false, Attempt::Rejected(cause(400))),
            (404, false, true, Attempt::Rejected(cause(404))),
            (499, true, true, Attempt::Rejected(cause(499))),
        ] {
            let body = is_readable.then(ResponseBody::default);
            let response = Response::Status { status, body, retry_after: None };
            assert_eq!(response.judge(is_async), expected, "{status}");
        }
    }
}
