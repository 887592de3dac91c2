//! Parses records of the table's stream.
//!
//! Source: AWS Lambda guide, "Using AWS Lambda with Amazon DynamoDB".

use domain::org::{DomainEvent, measures};
use event_bus::{Origin, Outgoing};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Corrupt, image_size, org_from_image};

use crate::org_metrics::OrgMetrics;

/// A batch of stream records, the oldest first.
#[derive(Debug, Deserialize)]
pub(crate) struct BatchIn {
    #[serde(rename = "Records")]
    pub(crate) records: Vec<RecordIn>,
}

/// The events and metrics of one change of an organization.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) events: Vec<Outgoing>,
    pub(crate) metrics: OrgMetrics,
}

/// A stream record about an organization's item.
#[derive(Debug, Deserialize)]
pub(crate) struct RecordIn {
    dynamodb: ChangeIn,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ChangeIn {
    sequence_number: String,
    /// Seconds since the Unix epoch.
    approximate_creation_date_time: f64,
    old_image: Option<Value>,
    new_image: Option<Value>,
}

/// Response to a batch: the records that Lambda must retry.
///
/// Source: AWS Lambda guide, "Configuring partial batch response with DynamoDB and Lambda".
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchOut {
    pub(crate) batch_item_failures: Vec<FailureOut>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailureOut {
    pub(crate) item_identifier: String,
}

impl RecordIn {
    pub(crate) fn sequence_number(&self) -> &str {
        &self.dynamodb.sequence_number
    }

    /// Returns the events and metrics of the change.
    ///
    /// Returns `None` if the record reports the removal of an item. Onramp itself never removes an
    /// organization.
    pub(crate) fn parse(&self) -> Result<Option<Change>, Corrupt> {
        let Some(image) = &self.dynamodb.new_image else { return Ok(None) };
        let new = org_from_image(image)?;
        let old = self.dynamodb.old_image.as_ref().map(org_from_image).transpose()?;
        let old = old.as_ref().map(|old| &old.value);
        let origin = Origin {
            org: new.value.id,
            name: new.value.name.as_str(),
            version: new.version,
            at: self.written_at(),
        };
        Ok(Some(Change {
            events: Outgoing::of(&DomainEvent::between(old, &new.value), &origin),
            metrics: OrgMetrics {
                org: new.value.id,
                measures: measures(old, &new.value),
                size: image_size(image),
            },
        }))
    }

    /// Returns the time of the change in whole seconds, because the stream guarantees only this
    /// precision.
    fn written_at(&self) -> Timestamp {
        #[expect(clippy::cast_possible_truncation, reason = "a fraction of a second is dropped on purpose")]
        Timestamp::from_second(self.dynamodb.approximate_creation_date_time as i64)
            .unwrap_or(Timestamp::UNIX_EPOCH)
    }
}
