use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    types::CancellationReason,
};

/// Why the table gave no good answer. Each names what its reader can do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else wrote first: load and decide again.
    #[error("the item changed meanwhile")]
    Conflict,
    /// The table cannot be reached, throttles, or answered nothing in time: try again later.
    #[error("the table is unavailable: {0}")]
    Unavailable(String),
    /// The table refuses the request itself, and always will: wake someone.
    #[error("the table refuses the request: {0}")]
    Refused(String),
    /// A stored item breaks our own rules: wake someone.
    #[error(transparent)]
    Corrupt(#[from] Corrupt),
}

/// A stored item that cannot be read. Says what, and never what was in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a stored item is corrupt: {0}")]
pub struct Corrupt(pub String);

impl Corrupt {
    pub(crate) fn because(what: impl std::fmt::Display) -> Self {
        Self(what.to_string())
    }
}

impl Error {
    /// Whether another try may go well.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Conflict | Self::Unavailable(_))
    }

    /// What the SDK says, without the request it said it of.
    pub(crate) fn of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Self {
        let code = error.code().map(str::to_owned);
        match code.as_deref() {
            Some("ConditionalCheckFailedException" | "TransactionConflictException") => Self::Conflict,
            Some(
                code @ ("AccessDeniedException"
                | "ResourceNotFoundException"
                | "ValidationException"
                | "UnrecognizedClientException"),
            ) => Self::Refused(code.to_owned()),
            Some(code) => Self::Unavailable(code.to_owned()),
            None => Self::Unavailable(
                match error {
                    SdkError::ConstructionFailure(_) => "the request could not be built",
                    SdkError::TimeoutError(_) => "no answer in time",
                    SdkError::DispatchFailure(_) => "no connection",
                    SdkError::ResponseError(_) => "the answer could not be read",
                    _ => "an answer without a code",
                }
                .to_owned(),
            ),
        }
    }
}

/// Whether the action at `index` of a cancelled transaction failed its condition.
pub(crate) fn failed(reasons: &[CancellationReason], index: usize) -> bool {
    reasons.get(index).and_then(CancellationReason::code) == Some("ConditionalCheckFailed")
}
