//! Converts domain events to the format of `schema/domain-event.json`.

use domain::{id::OrgId, org::DomainEvent};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// The `source` of every domain event.
pub const SOURCE: &str = "onramp";

/// The change of an organization that caused one or more domain events.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The organization that was changed.
    pub org: OrgId,
    /// The organization's name after the change.
    pub name: &'a str,
    /// The version of the organization's item after the change. It is part of each event's id,
    /// together with the position of the event in the change.
    pub version: u64,
    /// When the change was written.
    pub at: Timestamp,
}

/// A domain event in the format of the bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The event type, which EventBridge rules match.
    pub detail_type: &'static str,
    /// When the change was written.
    pub at: Timestamp,
    /// The content of the event, as JSON text.
    pub detail: String,
}

impl Outgoing {
    /// Converts the events of one change, in their order.
    #[must_use]
    pub fn of(events: &[DomainEvent], origin: &Origin<'_>) -> Vec<Self> {
        let convert = |(index, event): (usize, &DomainEvent)| {
            let mut detail = Map::from_iter([
                ("id".to_owned(), format!("{}/{}/{index}", origin.org, origin.version).into()),
                ("organization_id".to_owned(), origin.org.to_string().into()),
                ("organization_name".to_owned(), origin.name.into()),
                ("occurred_at".to_owned(), origin.at.to_string().into()),
            ]);
            detail.extend(specific_fields(event).into_iter().map(|(name, value)| (name.to_owned(), value)));
            Self { detail_type: event.name(), at: origin.at, detail: Value::Object(detail).to_string() }
        };
        events.iter().enumerate().map(convert).collect()
    }
}

/// Returns the fields that only this kind of event has. They never contain a user's name or
/// address.
fn specific_fields(event: &DomainEvent) -> Vec<(&'static str, Value)> {
    match event {
        DomainEvent::Provisioned(trigger) => vec![("trigger", trigger.as_str().into())],
        DomainEvent::TrialEnding { days } | DomainEvent::TrialExtended { days } => {
            vec![("days", (*days).into())]
        }
        DomainEvent::TrialExpired { payment_method } => {
            vec![("has_payment_method", (*payment_method).into())]
        }
        DomainEvent::TaskCompleted { task } => vec![("task_key", task.as_str().into())],
        DomainEvent::MailFailed { kind, why } => {
            vec![("mail_kind", (*kind).into()), ("reason", why.as_str().into())]
        }
        DomainEvent::SignedUp
        | DomainEvent::SubscriptionActivated
        | DomainEvent::SubscriptionPastDue
        | DomainEvent::SubscriptionCanceled
        | DomainEvent::ChecklistCompleted
        | DomainEvent::ChecklistDismissed => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::{mail::Failure, org::Trigger};
    use serde_json::json;

    use super::*;

    fn every_event() -> Vec<DomainEvent> {
        vec![
            DomainEvent::SignedUp,
            DomainEvent::Provisioned(Trigger::Trial),
            DomainEvent::Provisioned(Trigger::Payment),
            DomainEvent::TrialEnding { days: 3 },
            DomainEvent::TrialExpired { payment_method: false },
            DomainEvent::TrialExtended { days: 7 },
            DomainEvent::SubscriptionActivated,
            DomainEvent::SubscriptionPastDue,
            DomainEvent::SubscriptionCanceled,
            DomainEvent::TaskCompleted { task: "created_project".to_owned() },
            DomainEvent::ChecklistCompleted,
            DomainEvent::ChecklistDismissed,
            DomainEvent::MailFailed { kind: "welcome", why: Failure::Bounced },
        ]
    }

    fn outgoing() -> Vec<Outgoing> {
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let at = "2025-01-08T10:20:30Z".parse().unwrap();
        Outgoing::of(&every_event(), &Origin { org, name: "Acme Corp", version: 7, at })
    }

    #[test]
    fn event_has_organization_time_and_stable_id() {
        let completed =
            outgoing().into_iter().find(|it| it.detail_type == "checklist.task_completed").unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&completed.detail).unwrap(),
            json!({
                "id": "org_0198c0de-0000-7000-8000-000000000001/7/9",
                "organization_id": "org_0198c0de-0000-7000-8000-000000000001",
                "organization_name": "Acme Corp",
                "occurred_at": "2025-01-08T10:20:30Z",
                "task_key": "created_project",
            })
        );
        let ids: BTreeSet<_> = outgoing().into_iter().map(|it| it.detail).collect();
        assert_eq!(ids.len(), every_event().len());
    }

    /// Returns the properties that the schema defines for an event type: the properties of all
    /// events, and those of this type.
    fn properties(schema: &Value, detail_type: &str) -> serde_json::Map<String, Value> {
        let object = |value: &Value| value.as_object().unwrap().clone();
        let mut properties = object(&schema["properties"]["detail"]["properties"]);
        let branches = schema["allOf"].as_array().unwrap();
        for branch in
            branches.iter().filter(|it| it["if"]["properties"]["detail-type"]["const"] == detail_type)
        {
            properties.extend(object(&branch["then"]["properties"]["detail"]["properties"]));
        }
        properties
    }

    #[test]
    fn every_event_matches_the_schema() {
        let schema: Value = serde_json::from_str(include_str!("../schema/domain-event.json")).unwrap();
        assert_eq!(schema["properties"]["source"]["const"], SOURCE);
        let mut sent = BTreeSet::new();
        for event in outgoing() {
            sent.insert(event.detail_type);
            let detail: Value = serde_json::from_str(&event.detail).unwrap();
            let detail = detail.as_object().unwrap();
            let properties = properties(&schema, event.detail_type);
            let names =
                |object: &serde_json::Map<String, Value>| object.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(names(detail), names(&properties), "{}", event.detail_type);
            for (name, value) in detail {
                let rule = &properties[name];
                let fits = match rule["type"].as_str() {
                    Some("string") => value.is_string(),
                    Some("integer") => value.is_u64(),
                    Some("boolean") => value.is_boolean(),
                    _ => false,
                };
                assert!(fits, "{}: {name}", event.detail_type);
                assert!(rule["enum"].as_array().is_none_or(|words| words.contains(value)), "{name}: {value}");
            }
        }
        let listed = schema["properties"]["detail-type"]["enum"].as_array().unwrap();
        assert_eq!(listed.iter().filter_map(Value::as_str).collect::<BTreeSet<_>>(), sent);
    }
}
