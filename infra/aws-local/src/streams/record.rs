//! Stream records in the format that Lambda delivers, and the failures that functions report.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::template::REGION;

/// Returns the index of the first record that the function's response `payload` reports as failed,
/// or `None` if it reports no failure. As in Lambda, the whole batch counts as failed if the
/// response contains an unknown sequence number.
pub(super) fn first_failure(records: &[Value], payload: &str) -> Option<usize> {
    let report: Value = serde_json::from_str(payload).ok()?;
    let failures = report.get("batchItemFailures")?.as_array()?;
    let index_of = |failure: &Value| {
        let number = failure.get("itemIdentifier")?.as_str()?;
        records.iter().position(|record| {
            record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str) == Some(number)
        })
    };
    failures.iter().map(|failure| index_of(failure).unwrap_or(0)).min()
}

/// Returns the time of a change, to the second, if its record contains it.
pub(super) fn created_at(record: &Value) -> Option<Timestamp> {
    let seconds = record.pointer("/dynamodb/ApproximateCreationDateTime")?.as_i64()?;
    Timestamp::from_second(seconds).ok()
}

/// Converts a record of the engine to the format and field order that Lambda delivers.
pub(super) fn to_lambda_record(mut record: Value, arn: &str) -> Value {
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
            // Lambda delivers whole seconds without a fraction.
            if let Some(seconds) = value.as_f64().filter(|_| value.is_f64()).map(f64::trunc) {
                value = serde_json::from_str(&format!("{seconds:.0}")).unwrap_or(value);
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
    // Only deletions by TTL have `userIdentity`.
    if let (Some(identity), Some(out)) =
        (record.get_mut("userIdentity").map(Value::take), out.as_object_mut())
    {
        out.insert("userIdentity".to_owned(), identity);
    }
    out
}
