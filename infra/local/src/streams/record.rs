//! The stream's records as Lambda hands them over, and as a function reports them.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::template::REGION;

/// The index of the first record that the function reports, with Lambda's reading of odd reports: an entry
/// without a known sequence number fails the whole batch.
pub(super) fn first_failure(records: &[Value], answer: &str) -> Option<usize> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let failures = answer.get("batchItemFailures")?.as_array()?;
    let place = |failure: &Value| {
        let number = failure.get("itemIdentifier")?.as_str()?;
        records.iter().position(|record| {
            record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str) == Some(number)
        })
    };
    failures.iter().map(|failure| place(failure).unwrap_or(0)).min()
}

/// When a change was made, as far as its record says.
pub(super) fn made_at(record: &Value) -> Option<Timestamp> {
    let seconds = record.pointer("/dynamodb/ApproximateCreationDateTime")?.as_i64()?;
    Timestamp::from_second(seconds).ok()
}

/// The engine's record in the shape and order that Lambda delivers.
pub(super) fn as_lambda_gets_it(mut record: Value, arn: &str) -> Value {
    let mut dynamodb = Map::new();
    let fields = [
        "ApproximateCreationDateTime",
        "Keys",
        "NewImage",
        "OldImage",
        "SequenceNumber",
        "SizeBytes",
        "StreamViewType",
    ];
    for field in fields {
        if let Some(mut value) = record.pointer_mut(&format!("/dynamodb/{field}")).map(Value::take) {
            // Whole seconds, written as such.
            if let Some(whole) = value.as_f64().filter(|_| value.is_f64()).map(f64::trunc) {
                value = serde_json::from_str(&format!("{whole:.0}")).unwrap_or(value);
            }
            dynamodb.insert(field.to_owned(), value);
        }
    }
    let mut out = json!({
        "eventID": record.get("eventID"),
        "eventName": record.get("eventName"),
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": dynamodb,
        "eventSourceARN": arn,
    });
    // Only deletions by TTL have one.
    if let (Some(identity), Some(out)) =
        (record.get_mut("userIdentity").map(Value::take), out.as_object_mut())
    {
        out.insert("userIdentity".to_owned(), identity);
    }
    out
}
