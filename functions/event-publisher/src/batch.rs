use bus::{Outgoing, Publisher};
use jiff::Timestamp;
use telemetry::{LogArea, Metric};

use crate::{
    org_metrics::Figures,
    record::{BatchOut, FailureOut, RecordIn, Told},
};

/// Publishes the events of a batch, and says from which record on it has to come again.
pub(crate) async fn publish(publisher: &Publisher, records: &[RecordIn], now: Timestamp) -> BatchOut {
    let Gathered { events, owners, figures, unreadable } = gather(records);
    if unreadable > 0 {
        telemetry::count(Metric::ChangeUnreadable, unreadable, now);
    }
    let failed = publisher.publish(&events).await.err().and_then(|error| {
        tracing::error!(area = %LogArea::Onboarding, %error, "domain events could not be published");
        owners.get(error.first).copied()
    });
    for (_, figures) in figures.iter().filter(|(index, _)| failed.is_none_or(|failed| *index < failed)) {
        figures.tell(now);
    }
    again_from(records, failed)
}

/// The events of a batch, each with the index of the record that it comes from.
#[derive(Debug, Default)]
struct Gathered {
    events: Vec<Outgoing>,
    owners: Vec<usize>,
    /// The figures of its changes, each with the index of the record that it comes from.
    figures: Vec<(usize, Figures)>,
    unreadable: u32,
}

/// A record that cannot be read now never can be: it is logged and left, so that it holds up nobody else's events.
/// Its own show as a gap in the versions of their ids.
fn gather(records: &[RecordIn]) -> Gathered {
    let mut gathered = Gathered::default();
    for (index, record) in records.iter().enumerate() {
        match record.read() {
            Ok(Some(Told { events, figures })) => {
                gathered.owners.extend(std::iter::repeat_n(index, events.len()));
                gathered.events.extend(events);
                gathered.figures.push((index, figures));
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(area = %LogArea::Onboarding, record = record.sequence_number(), %error, "an unreadable change");
                gathered.unreadable += 1;
            }
        }
    }
    gathered
}

/// Lambda repeats a stream's batch from the lowest number that it is given, so one is enough.
fn again_from(records: &[RecordIn], failed: Option<usize>) -> BatchOut {
    let failure = failed.and_then(|index| records.get(index));
    let out = |record: &RecordIn| FailureOut { item_identifier: record.sequence_number().to_owned() };
    BatchOut { batch_item_failures: failure.map(out).into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::record::BatchIn;

    /// An organization's item, as the stream has it.
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

    fn ticked() -> Value {
        let tick = json!({"M": {"at": {"S": "2025-01-08T10:20:30.000000Z"}, "source": {"S": "event"}}});
        json!({"checklist": {"M": {"ticks": {"M": {"created_project": tick}}, "skipped": {"M": {}}}}})
    }

    fn record(number: u64, old: &Value, new: &Value) -> Value {
        json!({
            "eventName": "MODIFY",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_736_331_630,
                "SequenceNumber": number.to_string(),
                "OldImage": old,
                "NewImage": new,
            },
        })
    }

    fn records(records: &[Value]) -> Vec<RecordIn> {
        serde_json::from_value::<BatchIn>(json!({"Records": records})).unwrap().records
    }

    fn names(gathered: &Gathered) -> Vec<&'static str> {
        gathered.events.iter().map(|event| event.detail_type).collect()
    }

    #[test]
    fn each_change_says_what_it_changed_and_a_removal_nothing() {
        let nothing = json!({});
        let records = records(&[
            record(100, &Value::Null, &image(1, &nothing)),
            record(101, &image(1, &nothing), &image(2, &ticked())),
            record(102, &image(2, &ticked()), &image(3, &ticked())),
            record(103, &image(3, &ticked()), &Value::Null),
        ]);
        let gathered = gather(&records);
        assert_eq!(names(&gathered), ["organization.signed_up", "checklist.task_completed"]);
        assert_eq!((gathered.owners.as_slice(), gathered.unreadable), ([0, 1].as_slice(), 0));
        let detail: Value = serde_json::from_str(&gathered.events[1].detail).unwrap();
        assert_eq!(detail["id"], "org_0198c0de-0000-7000-8000-000000000001/2/0");
        assert_eq!(detail["occurred_at"], "2025-01-08T10:20:30Z");
    }

    #[test]
    fn what_cannot_be_read_holds_up_nobody() {
        let broken = json!({"pk": {"S": "ORG#1"}});
        let records = records(&[
            record(100, &Value::Null, &image(1, &json!({}))),
            record(101, &Value::Null, &broken),
            record(102, &Value::Null, &image(1, &json!({}))),
        ]);
        let gathered = gather(&records);
        assert_eq!((gathered.owners.as_slice(), gathered.unreadable), ([0, 2].as_slice(), 1));
    }

    #[test]
    fn a_batch_comes_again_from_the_record_that_failed() {
        let records =
            records(&[record(100, &Value::Null, &Value::Null), record(101, &Value::Null, &Value::Null)]);
        let again = |failed| serde_json::to_value(again_from(&records, failed)).unwrap();
        assert_eq!(again(Some(1)), json!({"batchItemFailures": [{"itemIdentifier": "101"}]}));
        assert_eq!(again(None), json!({"batchItemFailures": []}));
    }
}
