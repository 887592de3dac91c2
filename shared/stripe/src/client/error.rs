//! Errors of API calls.

/// Why an API call failed. The text never repeats the parameters of the call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No connection, or no response in time.
    ///
    /// It is unknown whether Stripe executed the call. The caller can safely repeat the call with
    /// the same idempotency key.
    #[error("Stripe does not respond")]
    Unreachable,
    /// Stripe rejected the call.
    #[error("Stripe rejected the call with {status}, code {}, parameter {}", code.as_deref().unwrap_or("none"), param.as_deref().unwrap_or("none"))]
    Rejected {
        /// The HTTP status of the response.
        status: u16,
        /// The response's `error.code`, or its `error.type` if there is no code.
        code: Option<String>,
        /// The parameter that the response names.
        param: Option<String>,
    },
    /// The response is not valid JSON, or a required field is missing or invalid.
    #[error("Stripe's response is invalid")]
    InvalidResponse,
}

impl CallError {
    /// Returns whether the same call may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable => true,
            Self::Rejected { status, .. } => matches!(status, 409 | 429 | 500..),
            Self::InvalidResponse => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transient_errors_are_those_that_may_pass() {
        let rejected = |status| CallError::Rejected { status, code: None, param: None };
        for status in [409, 429, 500, 503, 599] {
            assert!(rejected(status).is_transient(), "{status}");
        }
        for status in [300, 400, 401, 402, 404, 408, 410, 428, 430, 499] {
            assert!(!rejected(status).is_transient(), "{status}");
        }
        assert!(CallError::Unreachable.is_transient());
        assert!(!CallError::InvalidResponse.is_transient());
    }
}
