//! Publishes the events of one batch of stream records.

use event_bus::{Outgoing, Publisher};
use jiff::Timestamp;
use serde_json::Value;
use store::{BatchResponse, StreamRecord};
use telemetry::{LogArea, Metric};

use crate::{
    org_metrics::OrgMetrics,
    record::{self, Change},
};

/// Publishes the events of a batch, and counts the metrics of the published changes.
///
/// Returns a response that names the first record whose events were not published. Lambda retries
/// from that record.
pub(crate) async fn publish(
    publisher: &Publisher,
    records: &[StreamRecord<Value>],
    app_url: &str,
    now: Timestamp,
) -> BatchResponse {
    let ParsedBatch { events, event_records, metrics, corrupt } = parse(records, app_url);
    if corrupt > 0 {
        telemetry::count(Metric::ChangeUnreadable, corrupt, now);
    }
    let failed = publisher.publish(&events).await.err().and_then(|error| {
        tracing::error!(area = %LogArea::Onboarding, %error, "failed to publish domain events");
        event_records.get(error.first).copied()
    });
    for (_, metrics) in metrics.iter().filter(|(index, _)| failed.is_none_or(|failed| *index < failed)) {
        metrics.count(now);
    }
    retry_from(records, failed)
}

/// The events and metrics of a batch.
#[derive(Debug, Default)]
struct ParsedBatch {
    events: Vec<Outgoing>,
    /// For each event, the index of its record.
    event_records: Vec<usize>,
    /// The metrics of each change, with the index of its record.
    metrics: Vec<(usize, OrgMetrics)>,
    /// The number of records that could not be parsed.
    corrupt: u32,
}

/// Parses the records of a batch.
///
/// A retry never fixes a corrupt record. The function logs and skips the record, so that it does
/// not block later events. The events of a skipped record are lost. The loss shows as a gap in the
/// version numbers, which event ids contain.
fn parse(records: &[StreamRecord<Value>], app_url: &str) -> ParsedBatch {
    let mut batch = ParsedBatch::default();
    for (index, record) in records.iter().enumerate() {
        match record::parse(record, app_url) {
            Ok(Some(Change { events, metrics })) => {
                batch.event_records.extend(std::iter::repeat_n(index, events.len()));
                batch.events.extend(events);
                batch.metrics.push((index, metrics));
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(
                    area = %LogArea::Onboarding,
                    record = record.sequence_number(),
                    %error,
                    "skipped unreadable stream record"
                );
                batch.corrupt += 1;
            }
        }
    }
    batch
}

/// Returns a response that names the record with the index `failed`, if any. Lambda retries a batch
/// from the lowest sequence number in the response, so one record is enough.
fn retry_from(records: &[StreamRecord<Value>], failed: Option<usize>) -> BatchResponse {
    let failure = failed.and_then(|index| records.get(index));
    BatchResponse::retry(failure.map(|record| record.sequence_number().to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use store::StreamBatch;

    use super::*;

    /// Returns the image of an organization's item in a stream record.
    fn image(version: u64, changes: &Value) -> Value {
        let mut image = json!({
            "pk": {"S": "ORG#org_0198c0de-0000-7000-8000-000000000001"},
            "sk": {"S": "ORG"},
            "version": {"N": version.to_string()},
            "profile": {"M": {
                "id": {"S": "org_0198c0de-0000-7000-8000-000000000001"},
                "name": {"S": "Acme Corp"},
                "time_zone": {"S": "UTC"},
                "signed_up_at": {"S": "2025-01-08T10:20:30.000000Z"},
            }},
            "admins": {"L": []},
        });
        image.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        image
    }

    fn with_completion() -> Value {
        let completion = json!({"M": {"at": {"S": "2025-01-08T10:20:30.000000Z"}, "source": {"S": "event"}}});
        json!({"checklist": {"M": {"ticks": {"M": {"created_project": completion}}, "skipped": {"M": {}}}}})
    }

    fn record(number: u64, old: &Value, new: &Value) -> Value {
        json!({
            "eventName": "MODIFY",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_736_331_630,
                "Keys": {"pk": {"S": "ORG#1"}, "sk": {"S": "ORG"}},
                "SequenceNumber": number.to_string(),
                "OldImage": old,
                "NewImage": new,
            },
        })
    }

    fn records(records: &[Value]) -> Vec<StreamRecord<Value>> {
        serde_json::from_value::<StreamBatch<Value>>(json!({"Records": records})).unwrap().records
    }

    fn names(batch: &ParsedBatch) -> Vec<&'static str> {
        batch.events.iter().map(|event| event.detail_type).collect()
    }

    #[test]
    fn changes_cause_events_and_removals_do_not() {
        let nothing = json!({});
        let records = records(&[
            record(100, &Value::Null, &image(1, &nothing)),
            record(101, &image(1, &nothing), &image(2, &with_completion())),
            record(102, &image(2, &with_completion()), &image(3, &with_completion())),
            record(103, &image(3, &with_completion()), &Value::Null),
        ]);
        let batch = parse(&records, "https://app.example.com");
        assert_eq!(names(&batch), ["organization.signed_up", "checklist.task_completed"]);
        assert_eq!((batch.event_records.as_slice(), batch.corrupt), ([0, 1].as_slice(), 0));
        let detail: Value = serde_json::from_str(&batch.events[1].detail).unwrap();
        assert_eq!(detail["id"], "org_0198c0de-0000-7000-8000-000000000001/2/0");
        assert_eq!(detail["occurred_at"], "2025-01-08T10:20:30Z");
    }

    #[test]
    fn corrupt_record_does_not_block_later_records() {
        let broken = json!({"pk": {"S": "ORG#1"}});
        let records = records(&[
            record(100, &Value::Null, &image(1, &json!({}))),
            record(101, &Value::Null, &broken),
            record(102, &Value::Null, &image(1, &json!({}))),
        ]);
        let batch = parse(&records, "https://app.example.com");
        assert_eq!((batch.event_records.as_slice(), batch.corrupt), ([0, 2].as_slice(), 1));
    }

    #[test]
    fn batch_is_retried_from_the_failed_record() {
        let records =
            records(&[record(100, &Value::Null, &Value::Null), record(101, &Value::Null, &Value::Null)]);
        let retried = |failed| serde_json::to_value(retry_from(&records, failed)).unwrap();
        assert_eq!(retried(Some(1)), json!({"batchItemFailures": [{"itemIdentifier": "101"}]}));
        assert_eq!(retried(None), json!({"batchItemFailures": []}));
    }
}
