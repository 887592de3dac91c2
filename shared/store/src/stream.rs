//! Batches of records of the table's stream, and the responses to them.
//!
//! Sources: AWS Lambda guide, "Using AWS Lambda with Amazon DynamoDB" and "Configuring partial batch
//! response with DynamoDB and Lambda".

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::due::MailDue;

/// A batch of stream records, the oldest first. `I` is the type of the images, for example
/// [`IgnoredAny`](serde::de::IgnoredAny).
#[derive(Debug, Deserialize)]
pub struct StreamBatch<I> {
    /// The records, in the order of the changes.
    #[serde(rename = "Records")]
    pub records: Vec<StreamRecord<I>>,
}

/// A record about one change of one item.
#[derive(Debug, Deserialize)]
pub struct StreamRecord<I> {
    dynamodb: ChangeIn<I>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangeIn<I> {
    keys: KeysIn,
    sequence_number: String,
    /// Seconds since the Unix epoch. Only the publisher needs it.
    #[serde(default)]
    approximate_creation_date_time: f64,
    old_image: Option<I>,
    new_image: Option<I>,
}

#[derive(Debug, Deserialize)]
struct KeysIn {
    pk: TextIn,
    sk: TextIn,
}

#[derive(Debug, Deserialize)]
struct TextIn {
    #[serde(rename = "S")]
    text: String,
}

/// The response to a batch: the records that Lambda must deliver again.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    batch_item_failures: Vec<FailureOut>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct FailureOut {
    item_identifier: String,
}

impl<I> StreamRecord<I> {
    /// Returns the number that identifies the record in a [`BatchResponse`].
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        &self.dynamodb.sequence_number
    }

    /// Returns the changed item, or `None` if it is not of a kind that can contain pending emails.
    #[must_use]
    pub fn mail_due(&self) -> Option<MailDue> {
        let KeysIn { pk, sk } = &self.dynamodb.keys;
        MailDue::of_key(&pk.text, &sk.text)
    }

    /// Returns the time of the change in whole seconds, because the stream guarantees only this
    /// precision.
    #[must_use]
    pub fn written_at(&self) -> Timestamp {
        #[expect(clippy::cast_possible_truncation, reason = "a fraction of a second is dropped on purpose")]
        Timestamp::from_second(self.dynamodb.approximate_creation_date_time as i64)
            .unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Returns the item before the change, or `None` if it is new.
    pub const fn old_image(&self) -> Option<&I> {
        self.dynamodb.old_image.as_ref()
    }

    /// Returns the item after the change, or `None` if it was removed.
    pub const fn new_image(&self) -> Option<&I> {
        self.dynamodb.new_image.as_ref()
    }
}

impl BatchResponse {
    /// Returns the response that makes Lambda deliver the records with these sequence numbers
    /// again.
    #[must_use]
    pub fn retry(sequence_numbers: impl IntoIterator<Item = String>) -> Self {
        let failures = sequence_numbers.into_iter().map(|number| FailureOut { item_identifier: number });
        Self { batch_item_failures: failures.collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;

    use super::*;

    #[test]
    fn stream_record_names_the_item_with_pending_email() {
        let batch = include_str!("../../../events/mailer/stream-welcome.json");
        let batch: StreamBatch<IgnoredAny> = serde_json::from_str(batch).unwrap();
        let record = &batch.records[0];
        assert!(matches!(record.mail_due(), Some(MailDue::Org(_))));
        assert_eq!(record.sequence_number(), "000000000000000000100");
        assert!(record.new_image().is_some());
    }

    #[test]
    fn response_lists_the_records_to_retry() {
        let json = |numbers: &[&str]| {
            let response = BatchResponse::retry(numbers.iter().map(ToString::to_string));
            serde_json::to_value(response).unwrap()
        };
        assert_eq!(json(&["101"]), serde_json::json!({"batchItemFailures": [{"itemIdentifier": "101"}]}));
        assert_eq!(json(&[]), serde_json::json!({"batchItemFailures": []}));
    }
}
