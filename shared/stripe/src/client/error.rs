/// Why a call did not do what it was for. Tells nothing of what was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No connection, or no answer in time. Whether the call was carried out is not known; the same call with the
    /// same idempotency key finds out.
    #[error("Stripe does not answer")]
    Unreachable,
    /// Stripe refused.
    #[error("Stripe refused with {status}, code {}, parameter {}", code.as_deref().unwrap_or("none"), param.as_deref().unwrap_or("none"))]
    Refused {
        /// The status of its answer.
        status: u16,
        /// Its `error.code`, or the `error.type` where there is no code.
        code: Option<String>,
        /// The parameter that it names.
        param: Option<String>,
    },
    /// An answer that does not hold what the call is for.
    #[error("Stripe's answer cannot be read")]
    Unreadable,
}

impl CallError {
    /// Whether the same call may go well a little later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable => true,
            Self::Refused { status, .. } => matches!(status, 409 | 429 | 500..),
            Self::Unreadable => false,
        }
    }
}
