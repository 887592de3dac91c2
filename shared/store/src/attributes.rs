//! Attributes of items and values of expressions.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

/// An item, a part of an item, or the values of an expression.
pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// Builds the values of an expression.
pub(crate) fn values<const N: usize>(pairs: [(&str, AttributeValue); N]) -> Attributes {
    HashMap::from(pairs.map(|(name, value)| (name.to_owned(), value)))
}

/// Builds the value of a text.
pub(crate) fn text(value: &(impl ToString + ?Sized)) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

/// Builds the value of a number.
pub(crate) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Returns the attribute `expires_at`, after whose time DynamoDB deletes the item: `at` plus
/// `seconds_later`.
pub(crate) fn expires(at: Timestamp, seconds_later: i64) -> (String, AttributeValue) {
    let second = u64::try_from(at.as_second().saturating_add(seconds_later)).unwrap_or(0);
    ("expires_at".to_owned(), number(second))
}
