//! Stored form of an operator's action.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::people::ActionRecord;

use crate::at::At;

/// Returns the stored form of a record.
pub(crate) fn record_value(record: &ActionRecord) -> AttributeValue {
    let texts = [
        ("at", At(record.at).text()),
        ("by", record.by.to_string()),
        ("name", record.name.to_string()),
        ("reason", record.reason.to_string()),
    ];
    AttributeValue::M(texts.map(|(name, text)| (name.to_owned(), AttributeValue::S(text))).into())
}
