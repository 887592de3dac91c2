//! The events and metrics of a record of the table's stream.

use domain::org::{DomainEvent, measures};
use event_bus::{Origin, Outgoing};
use serde_json::Value;
use store::{Corrupt, StreamRecord, image_size, org_from_image};

use crate::org_metrics::OrgMetrics;

/// The events and metrics of one change of an organization.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) events: Vec<Outgoing>,
    pub(crate) metrics: OrgMetrics,
}

/// Returns the events and metrics of the change.
///
/// Returns `None` if the record reports the removal of an item. Onramp itself never removes an
/// organization.
pub(crate) fn parse(record: &StreamRecord<Value>) -> Result<Option<Change>, Corrupt> {
    let Some(image) = record.new_image() else { return Ok(None) };
    let new = org_from_image(image)?;
    let old = record.old_image().map(org_from_image).transpose()?;
    let old = old.as_ref().map(|old| &old.value);
    let origin = Origin {
        org: new.value.id,
        name: new.value.name.as_str(),
        version: new.version,
        at: record.written_at(),
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
