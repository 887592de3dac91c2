//! Errors of the store, and the classification of DynamoDB's errors.

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    types::CancellationReason,
};

/// An error of the table. Each variant states how the caller can react.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A condition failed because the item changed. Load it and decide again.
    ///
    /// DynamoDB evaluated the condition, and it was false. If another transaction is writing the
    /// item, DynamoDB does not evaluate the condition, and the error is [`Error::Unavailable`].
    #[error("the item was changed by another write")]
    Conflict,
    /// The table is unreachable, throttles, is busy with another transaction, or did not respond in
    /// time. It is unknown whether a write took place. Try again later.
    #[error("the table is unavailable: {0}")]
    Unavailable(String),
    /// The table rejects the request for a reason that a retry does not change, such as a missing
    /// permission. An operator must act.
    #[error("the table rejects the request: {0}")]
    Rejected(String),
    /// A stored item cannot be decoded. An operator must act.
    #[error(transparent)]
    Corrupt(#[from] Corrupt),
}

/// A stored item that cannot be decoded. The text says which value is invalid, but never contains
/// the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a stored item is corrupt: {0}")]
pub struct Corrupt(pub String);

impl Corrupt {
    pub(crate) fn because(what: impl std::fmt::Display) -> Self {
        Self(what.to_string())
    }

    /// Creates the error for an item that cannot be deserialized as `T`.
    ///
    /// The text becomes a log line, so it must not contain a stored value. It contains serde's
    /// message only for a missing field, because serde's messages for other errors can quote the
    /// stored value.
    pub(crate) fn not_a<T>(error: impl std::fmt::Display) -> Self {
        let form = std::any::type_name::<T>();
        let form = form.rsplit("::").next().unwrap_or(form);
        let message = error.to_string();
        if message.starts_with("missing field") {
            Self(format!("not a {form}: {message}"))
        } else {
            Self(format!("not a {form}: a value has the wrong type"))
        }
    }
}

impl Error {
    /// Returns whether a retry may succeed.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Conflict | Self::Unavailable(_))
    }

    /// Classifies an error of the SDK. The result can contain the error code of the SDK, but no
    /// part of the request.
    pub(crate) fn of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Self {
        let code = error.code().map(str::to_owned);
        match code.as_deref() {
            Some("ConditionalCheckFailedException") => Self::Conflict,
            Some(
                code @ ("AccessDeniedException"
                | "ResourceNotFoundException"
                | "ValidationException"
                | "UnrecognizedClientException"),
            ) => Self::Rejected(code.to_owned()),
            Some(code) => Self::Unavailable(code.to_owned()),
            None => Self::Unavailable(
                match error {
                    SdkError::ConstructionFailure(_) => "the request could not be built",
                    SdkError::TimeoutError(_) => "no response in time",
                    SdkError::DispatchFailure(_) => "no connection",
                    SdkError::ResponseError(_) => "the response could not be parsed",
                    _ => "a response without an error code",
                }
                .to_owned(),
            ),
        }
    }
}

/// Code that DynamoDB returns for an action whose condition was false.
const FAILED: &str = "ConditionalCheckFailed";

/// Returns whether the condition of the action at `index` cancelled the transaction.
pub(crate) fn failed(reasons: &[CancellationReason], index: usize) -> bool {
    reasons.get(index).and_then(CancellationReason::code) == Some(FAILED)
}

/// The cause of a cancelled transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause<'a> {
    /// A condition failed. DynamoDB evaluated all conditions before it, and they were true. So
    /// callers can check the actions in their order to find the first failed condition.
    Condition,
    /// DynamoDB rejects the request with this code, for a reason other than a condition. A retry
    /// cannot succeed.
    Rejected(&'a str),
    /// Another transaction is writing an item, or the table throttles. A retry may succeed.
    Busy(&'a str),
}

/// Returns the cause of a cancellation, from its reasons in the order of the actions
/// (DynamoDB API reference, "TransactionCanceledException").
pub(crate) fn cause(reasons: &[CancellationReason]) -> Cause<'_> {
    let mut codes = reasons.iter().filter_map(CancellationReason::code).filter(|code| *code != "None");
    let rejections = ["ValidationError", "ItemCollectionSizeLimitExceeded", "AccessDenied"];
    if let Some(code) = codes.clone().find(|code| rejections.contains(code)) {
        return Cause::Rejected(code);
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
    struct Sample {
        #[expect(dead_code, reason = "only read")]
        name: String,
    }

    #[test]
    fn cause_is_a_condition_only_if_it_was_evaluated() {
        let cause_of = |codes: &[&str]| {
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
            (&["ConditionalCheckFailed", "ValidationError"], r#"Rejected("ValidationError")"#),
            (&[], r#"Busy("TransactionCanceledException")"#),
        ] {
            assert_eq!(cause_of(codes), expected, "{codes:?}");
        }
    }

    #[test]
    fn only_a_failed_condition_is_a_conflict() {
        use aws_sdk_dynamodb::operation::put_item::PutItemError;
        let error_of = |code: &str| {
            let meta = aws_sdk_dynamodb::error::ErrorMetadata::builder().code(code).build();
            Error::of(&SdkError::<_, ()>::service_error(PutItemError::generic(meta), ()))
        };
        assert!(matches!(error_of("ConditionalCheckFailedException"), Error::Conflict));
        for code in ["TransactionConflictException", "TransactionInProgressException", "ThrottlingException"]
        {
            assert!(matches!(error_of(code), Error::Unavailable(_)), "{code}");
        }
    }

    #[test]
    fn error_without_a_response_states_its_cause() {
        use aws_sdk_dynamodb::{error::ConnectorError, operation::put_item::PutItemError};
        let refused = ConnectorError::io("hidden".into());
        for (error, cause) in [
            (SdkError::timeout_error("hidden"), "no response in time"),
            (SdkError::dispatch_failure(refused), "no connection"),
        ] {
            let error = Error::of::<PutItemError, ()>(&error);
            assert_eq!(error.to_string(), format!("the table is unavailable: {cause}"));
        }
    }

    #[test]
    fn corrupt_item_error_contains_no_stored_value() {
        let text_of = |json: &str| {
            let error = serde_json::from_str::<Sample>(json).unwrap_err();
            Corrupt::not_a::<Sample>(error).0
        };
        assert!(text_of("{}").starts_with("not a Sample: missing field `name`"));
        assert_eq!(text_of(r#"{"name": {"hidden": 1}}"#), "not a Sample: a value has the wrong type");
        assert_eq!(text_of(r#""hidden""#), "not a Sample: a value has the wrong type");
    }
}
