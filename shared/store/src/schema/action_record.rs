//! Stored form of an operator's action.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::people::ActionRecord;

use crate::{
    at::At,
    attributes::{text, values},
};

/// Returns the stored form of a record.
pub(crate) fn record_value(record: &ActionRecord) -> AttributeValue {
    AttributeValue::M(values([
        ("at", text(&At(record.at))),
        ("by", text(&record.by)),
        ("name", text(&record.name)),
        ("reason", text(&record.reason)),
    ]))
}
