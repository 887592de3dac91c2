//! The events and metrics of a record of the table's stream.

use domain::org::{WrittenOrg, measures};
use event_bus::{Image, Outgoing};
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
pub(crate) fn parse(record: &StreamRecord<Value>, app_url: &str) -> Result<Option<Change>, Corrupt> {
    let Some(image) = record.new_image() else { return Ok(None) };
    let new = org_from_image(image)?;
    let old = record.old_image().map(org_from_image).transpose()?;
    let last = new.last_write()?;
    let at = last.at.unwrap_or(record.written_at());
    // If an earlier version of the code wrote the old image, the time of that write is not known.
    let old_at = old.as_ref().and_then(|old| old.last_write().ok()?.at).unwrap_or(at);
    let old_image = old.as_ref().map(|old| Image {
        written: WrittenOrg { org: &old.value, at: old_at, membership: None },
        version: old.version,
    });
    let new_image = Image {
        written: WrittenOrg { org: &new.value, at, membership: last.membership.as_ref() },
        version: new.version,
    };
    Ok(Some(Change {
        events: Outgoing::of(old_image.as_ref(), &new_image, app_url),
        metrics: OrgMetrics {
            org: new.value.id,
            measures: measures(old.as_ref().map(|old| &old.value), &new.value),
            size: image_size(image),
        },
    }))
}
