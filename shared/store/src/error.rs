use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    types::CancellationReason,
};

/// Why the table gave no good answer. Each names what its reader can do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A condition failed: the item is not what it was taken for. Load and decide again. Only a condition that DynamoDB
    /// evaluated says this; an item that another transaction holds is [`Error::Unavailable`].
    #[error("the item changed meanwhile")]
    Conflict,
    /// The table cannot be reached, throttles, is busy with another transaction, or did not respond in time. Says nothing
    /// about the item: try again later.
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
            Some("ConditionalCheckFailedException") => Self::Conflict,
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

/// Code of an action whose condition was evaluated and failed.
const FAILED: &str = "ConditionalCheckFailed";

/// Whether the action at `index` of a cancelled transaction failed its condition.
pub(crate) fn failed(reasons: &[CancellationReason], index: usize) -> bool {
    reasons.get(index).and_then(CancellationReason::code) == Some(FAILED)
}

/// Why a transaction was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause<'a> {
    /// A condition failed, and every one before it was evaluated and held: callers judge conditions in their order.
    Condition,
    /// The request itself is refused, with this code, and always will be.
    Refused(&'a str),
    /// Another transaction holds an item, or the table throttles: the same writes may succeed a moment later.
    Busy(&'a str),
}

/// Returns the cause of a cancellation, from its reasons in the order of the actions
/// (DynamoDB API reference, "TransactionCanceledException").
pub(crate) fn cause(reasons: &[CancellationReason]) -> Cause<'_> {
    let mut codes = reasons.iter().filter_map(CancellationReason::code).filter(|code| *code != "None");
    let refusal = ["ValidationError", "ItemCollectionSizeLimitExceeded", "AccessDenied"];
    if let Some(code) = codes.clone().find(|code| refusal.contains(code)) {
        return Cause::Refused(code);
    }
    match codes.next() {
        Some(FAILED) => Cause::Condition,
        first => Cause::Busy(first.unwrap_or("TransactionCanceledException")),
    }
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
    fn transaction_fails_its_condition_only_if_it_was_evaluated() {
        let because = |codes: &[&str]| {
            let reason = |code: &&str| CancellationReason::builder().code(*code).build();
            let reasons: Vec<_> = codes.iter().map(reason).collect();
            format!("{:?}", cause(&reasons))
        };
        for (codes, expected) in [
            (&["None", "ConditionalCheckFailed"][..], "Condition"),
            (&["ConditionalCheckFailed", "TransactionConflict"], "Condition"),
            (&["TransactionConflict", "ConditionalCheckFailed"], r#"Busy("TransactionConflict")"#),
            (&["TransactionConflict", "None"], r#"Busy("TransactionConflict")"#),
            (&["None", "ThrottlingError"], r#"Busy("ThrottlingError")"#),
            (&["ProvisionedThroughputExceeded"], r#"Busy("ProvisionedThroughputExceeded")"#),
            (&["ConditionalCheckFailed", "ValidationError"], r#"Refused("ValidationError")"#),
            (&[], r#"Busy("TransactionCanceledException")"#),
        ] {
            assert_eq!(because(codes), expected, "{codes:?}");
        }
    }

    #[test]
    fn only_a_failed_condition_is_a_conflict() {
        use aws_sdk_dynamodb::operation::put_item::PutItemError;
        let told = |code: &str| {
            let meta = aws_sdk_dynamodb::error::ErrorMetadata::builder().code(code).build();
            Error::of(&SdkError::<_, ()>::service_error(PutItemError::generic(meta), ()))
        };
        assert!(matches!(told("ConditionalCheckFailedException"), Error::Conflict));
        for code in ["TransactionConflictException", "TransactionInProgressException", "ThrottlingException"]
        {
            assert!(matches!(told(code), Error::Unavailable(_)), "{code}");
        }
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
