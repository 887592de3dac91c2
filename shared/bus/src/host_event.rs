use domain::{id::OrgId, name::Name};
use jiff::Timestamp;
use serde::Deserialize;

/// Something that the host app says happened in an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostEvent {
    /// What happened: the detail-type. Which task that completes is a matter of the organization's checklist.
    pub what: String,
    /// Where it happened.
    pub organization: OrgId,
    /// Who did it, if the host app says so and it can be shown.
    pub actor: Option<Name>,
    /// When, as the host app says, else as the bus does. It may lie in the future.
    pub occurred_at: Timestamp,
}

/// Why an event of the bus ticks nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAHostEvent {
    /// It lacks what every event of the bus has, or what ours must say.
    #[error("the event cannot be read")]
    Unreadable,
    /// It comes from somebody else.
    #[error("the event has another source")]
    OtherSource,
}

#[derive(Deserialize)]
struct EnvelopeIn {
    source: String,
    #[serde(rename = "detail-type")]
    detail_type: String,
    time: String,
    detail: HostEventIn,
}

/// Every field is optional or text, so that a wrong one is judged and not fatal.
#[derive(Deserialize)]
struct HostEventIn {
    organization_id: Option<String>,
    actor: Option<String>,
    occurred_at: Option<String>,
}

/// Reads an event as EventBridge delivers it; `source` is the host app's.
///
/// # Errors
/// Why it is none that ticks a task.
pub fn parse_host_event(json: &str, source: &str) -> Result<HostEvent, NotAHostEvent> {
    let envelope: EnvelopeIn = serde_json::from_str(json).map_err(|_| NotAHostEvent::Unreadable)?;
    if envelope.source != source {
        return Err(NotAHostEvent::OtherSource);
    }
    let HostEventIn { organization_id, actor, occurred_at } = envelope.detail;
    Ok(HostEvent {
        what: envelope.detail_type,
        organization: organization_id.and_then(|id| id.parse().ok()).ok_or(NotAHostEvent::Unreadable)?,
        actor: actor.and_then(|actor| Name::parse(&actor).ok()),
        occurred_at: [occurred_at, Some(envelope.time)]
            .into_iter()
            .flatten()
            .find_map(|at| at.parse().ok())
            .ok_or(NotAHostEvent::Unreadable)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = include_str!("../../../events/checklist-write/host-project-created.json");

    fn parse(json: &str) -> Result<HostEvent, NotAHostEvent> {
        parse_host_event(json, "timetracker")
    }

    #[test]
    fn an_event_of_the_host_app_says_what_happened_and_where() {
        let event = parse(EVENT).unwrap();
        assert_eq!(event.what, "project.created");
        assert_eq!(event.organization.to_string(), "org_0198c0de-0000-7000-8000-000000000001");
        assert_eq!(event.actor.unwrap().as_str(), "Jo Doe");
        assert_eq!(event.occurred_at.to_string(), "2026-01-15T08:59:58Z");
    }

    #[test]
    fn what_is_missing_or_odd_is_judged() {
        let with = |from, to| parse(&EVENT.replace(from, to));
        let bus_time = "2026-01-15T09:00:00Z".parse().unwrap();
        assert_eq!(with("2026-01-15T08:59:58Z", "yesterday").unwrap().occurred_at, bus_time);
        assert_eq!(with("\"occurred_at\"", "\"at\"").unwrap().occurred_at, bus_time);
        assert_eq!(with("Jo Doe", "Jo\\u202eDoe").unwrap().actor, None);
        for (from, to, why) in [
            ("\"timetracker\"", "\"onramp\"", NotAHostEvent::OtherSource),
            ("organization_id", "org", NotAHostEvent::Unreadable),
            ("org_0198", "org_x198", NotAHostEvent::Unreadable),
            ("\"detail-type\"", "\"type\"", NotAHostEvent::Unreadable),
        ] {
            assert_eq!(with(from, to), Err(why), "{from} → {to}");
        }
        assert_eq!(parse("[]"), Err(NotAHostEvent::Unreadable));
    }
}
