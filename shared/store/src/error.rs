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

    /// The item has not the form `T`. Of serde's own words only those of a missing field are kept: the others quote what
    /// stands in the item, and these words are for the log.
    pub(crate) fn not_a<T>(error: impl std::fmt::Display) -> Self {
        let form = std::any::type_name::<T>();
        let form = form.rsplit("::").next().unwrap_or(form);
        let words = error.to_string();
        if words.starts_with("missing field") {
            Self(format!("no {form}: {words}"))
        } else {
            Self(format!("no {form}: a value of another kind"))
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Thing {
        #[expect(dead_code, reason = "only read")]
        name: String,
    }

    #[test]
    fn a_corrupt_item_is_told_without_what_stands_in_it() {
        let told = |json: &str| {
            let error = serde_json::from_str::<Thing>(json).unwrap_err();
            Corrupt::not_a::<Thing>(error).0
        };
        assert!(told("{}").starts_with("no Thing: missing field `name`"));
        assert_eq!(told(r#"{"name": {"hidden": 1}}"#), "no Thing: a value of another kind");
        assert_eq!(told(r#""hidden""#), "no Thing: a value of another kind");
    }
}
