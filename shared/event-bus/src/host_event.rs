//! Parses the host app's events, as EventBridge delivers them.

use domain::{id::OrgId, people::Name};
use jiff::Timestamp;
use serde::Deserialize;

use crate::bus_event::BusEvent;

/// An event of the host app in one organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostEvent {
    /// The event type, which is the `detail-type`. The organization's checklist maps it to a task.
    pub kind: String,
    /// The organization in which the event happened.
    pub organization: OrgId,
    /// The name of the acting user, if the event has a valid one.
    pub actor: Option<Name>,
    /// The time in the event. If the event has no valid time, it is the time at which EventBridge
    /// received the event. It may be in the future.
    pub occurred_at: Timestamp,
}

/// Why an event of the bus is not an event of the host app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostEventError {
    /// A required field of the envelope or of the event is missing or invalid.
    #[error("the event lacks a valid source, detail-type, time, or organization_id")]
    Malformed,
    /// The source of the event is not the host app.
    #[error("the event has another source")]
    OtherSource,
}

/// The `detail` of the event. All its fields are optional here, so that a missing field is no JSON
/// error. [`parse_host_event`] decides which fields must be present.
#[derive(Deserialize)]
struct HostEventIn {
    organization_id: Option<String>,
    actor: Option<String>,
    occurred_at: Option<String>,
}

/// Parses an event of the host app. `source` is the value that the host app uses as the source of
/// its events.
///
/// An invalid `actor` or `occurred_at` is ignored.
///
/// # Errors
/// [`HostEventError`] for an event of another source, and for a malformed event.
pub fn parse_host_event(event: &BusEvent<'_>, source: &str) -> Result<HostEvent, HostEventError> {
    if event.source != source {
        return Err(HostEventError::OtherSource);
    }
    let detail = serde_json::from_str(event.detail.get()).map_err(|_| HostEventError::Malformed)?;
    let HostEventIn { organization_id, actor, occurred_at } = detail;
    Ok(HostEvent {
        kind: event.detail_type.clone(),
        organization: organization_id.and_then(|id| id.parse().ok()).ok_or(HostEventError::Malformed)?,
        actor: actor.and_then(|actor| Name::parse(&actor).ok()),
        occurred_at: [occurred_at.as_deref(), Some(&event.time)]
            .into_iter()
            .flatten()
            .find_map(|at| at.parse().ok())
            .ok_or(HostEventError::Malformed)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = include_str!("../../../events/checklist-write/host-project-created.json");

    fn parse(json: &str) -> Result<HostEvent, HostEventError> {
        parse_host_event(&BusEvent::parse(json).ok_or(HostEventError::Malformed)?, "timetracker")
    }

    #[test]
    fn host_event_has_kind_organization_actor_and_time() {
        let event = parse(EVENT).unwrap();
        assert_eq!(event.kind, "project.created");
        assert_eq!(event.organization.to_string(), "org_0198c0de-0000-7000-8000-000000000001");
        assert_eq!(event.actor.unwrap().as_str(), "Jo Doe");
        assert_eq!(event.occurred_at.to_string(), "2026-01-15T08:59:58Z");
    }

    #[test]
    fn missing_or_invalid_fields_are_rejected_or_ignored() {
        let with = |from, to| parse(&EVENT.replace(from, to));
        let bus_time = "2026-01-15T09:00:00Z".parse().unwrap();
        assert_eq!(with("2026-01-15T08:59:58Z", "yesterday").unwrap().occurred_at, bus_time);
        assert_eq!(with("\"occurred_at\"", "\"at\"").unwrap().occurred_at, bus_time);
        assert_eq!(with("Jo Doe", "Jo\\u202eDoe").unwrap().actor, None);
        for (from, to, why) in [
            ("\"timetracker\"", "\"onramp\"", HostEventError::OtherSource),
            ("organization_id", "org", HostEventError::Malformed),
            ("org_0198", "org_x198", HostEventError::Malformed),
            ("\"detail-type\"", "\"type\"", HostEventError::Malformed),
            ("T0", "at 0", HostEventError::Malformed),
        ] {
            assert_eq!(with(from, to), Err(why), "{from} → {to}");
        }
        let without_time = EVENT.replace("\"time\"", "\"at\"");
        assert_eq!(parse(&without_time).unwrap().occurred_at, "2026-01-15T08:59:58Z".parse().unwrap());
        let without_any_time = without_time.replace("occurred_at", "at");
        for json in [without_any_time.as_str(), "[]"] {
            assert_eq!(parse(json), Err(HostEventError::Malformed), "{json}");
        }
    }
}
