//! Converts the writes of an organization to events in the format of `schema/domain-event.json`.

use domain::org::{DomainEvent, WrittenOrg};
use jiff::Timestamp;
use org_state::{MemberOut, OrganizationOut, Written};
use serde_json::{Map, Value, json};

/// The `source` of every domain event.
pub const SOURCE: &str = "onramp";

/// An organization as one write left it, with the version of its item.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    /// The organization, and what the write says about itself.
    pub written: WrittenOrg<'a>,
    /// The version of the item. It is part of the id of each event, together with the position of the
    /// event in the write.
    pub version: u64,
}

impl Image<'_> {
    fn state(&self, app_url: &str) -> OrganizationOut {
        let WrittenOrg { org, at, .. } = self.written;
        OrganizationOut::of(org, Written { version: self.version, at }, app_url, at)
    }
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
    /// Returns the events of one write, in their order. `old` is the write before it; `None` for a new
    /// organization. `app_url` is the dashboard of the host app.
    ///
    /// A write that changes the state visibly causes at least one event, except while an import is open.
    #[must_use]
    pub fn of(old: Option<&Image<'_>>, new: &Image<'_>, app_url: &str) -> Vec<Self> {
        let mut events = DomainEvent::of_write(old.map(|old| &old.written), &new.written);
        let state = new.state(app_url);
        let is_open = new.written.org.is_import_open();
        if !is_open && events.is_empty() && old.is_some_and(|old| old.state(app_url).differs_visibly(&state))
        {
            events.push(DomainEvent::Updated);
        }
        Self::with_state(&events, &json!(state), new)
    }

    fn with_state(events: &[DomainEvent], state: &Value, new: &Image<'_>) -> Vec<Self> {
        let Image { written: WrittenOrg { org, at, .. }, version } = new;
        let convert = |(index, event): (usize, &DomainEvent)| {
            let mut detail = Map::from_iter([
                ("id".to_owned(), format!("{}/{version}/{index}", org.id).into()),
                ("organization_id".to_owned(), org.id.to_string().into()),
                ("organization_name".to_owned(), org.name.as_str().into()),
                ("occurred_at".to_owned(), at.to_string().into()),
                ("organization".to_owned(), state.clone()),
            ]);
            detail.extend(specific_fields(event).into_iter().map(|(name, value)| (name.to_owned(), value)));
            Self { detail_type: event.name(), at: *at, detail: Value::Object(detail).to_string() }
        };
        events.iter().enumerate().map(convert).collect()
    }
}

/// Returns the fields that only this kind of event has.
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
        DomainEvent::MemberJoined(member)
        | DomainEvent::MemberRemoved(member)
        | DomainEvent::MemberRoleChanged(member) => {
            vec![("member", json!(MemberOut::from(member)))]
        }
        DomainEvent::SignedUp
        | DomainEvent::Ready
        | DomainEvent::ProvisioningFailed
        | DomainEvent::SubscriptionActivated
        | DomainEvent::SubscriptionPastDue
        | DomainEvent::SubscriptionCanceled
        | DomainEvent::ChecklistCompleted
        | DomainEvent::ChecklistDismissed
        | DomainEvent::Renamed
        | DomainEvent::TrialStarted
        | DomainEvent::PlanChanged
        | DomainEvent::AccessChanged
        | DomainEvent::Updated => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::{
        id::UserId,
        mail::Failure,
        org::{AdminContact, Org, Setup, Trigger},
        people::{Address, MemberDetails, Name, Role, User},
        time::Zone,
        trial::Trial,
    };
    use jiff::SignedDuration;

    use super::*;

    fn jo() -> User {
        let id: UserId = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        User::new(id, Name::parse("Jo Doe").unwrap(), Address::parse("jo@example.com").unwrap())
    }

    fn at() -> Timestamp {
        "2025-01-08T10:20:30Z".parse().unwrap()
    }

    fn acme() -> Org {
        let id = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let admin = AdminContact::new(jo().id, jo().name, jo().address);
        let mut org = Org::sign_up(id, Name::parse("Acme Corp").unwrap(), Zone::named("UTC"), admin, at());
        let setup = Setup::without_steps("prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap());
        org.start_trial(Trial::start(at(), 14, vec![3]), &setup, at());
        org
    }

    fn image(org: &Org, version: u64, at: Timestamp) -> Image<'_> {
        Image { written: WrittenOrg { org, at, membership: None }, version }
    }

    fn every_event() -> Vec<DomainEvent> {
        let member = MemberDetails::of(&jo(), Role::Admin);
        vec![
            DomainEvent::SignedUp,
            DomainEvent::Provisioned(Trigger::Trial),
            DomainEvent::Provisioned(Trigger::Payment),
            DomainEvent::Ready,
            DomainEvent::ProvisioningFailed,
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
            DomainEvent::Renamed,
            DomainEvent::TrialStarted,
            DomainEvent::PlanChanged,
            DomainEvent::AccessChanged,
            DomainEvent::MemberJoined(member.clone()),
            DomainEvent::MemberRemoved(member.clone()),
            DomainEvent::MemberRoleChanged(member),
            DomainEvent::Updated,
        ]
    }

    fn outgoing() -> Vec<Outgoing> {
        let org = acme();
        let image = image(&org, 7, at());
        let state = serde_json::to_value(image.state(APP)).unwrap();
        Outgoing::with_state(&every_event(), &state, &image)
    }

    const APP: &str = "https://app.example.com";

    #[test]
    fn event_has_organization_time_and_stable_id() {
        let completed =
            outgoing().into_iter().find(|it| it.detail_type == "checklist.task_completed").unwrap();
        let mut detail = serde_json::from_str::<Value>(&completed.detail).unwrap();
        let state = detail.as_object_mut().unwrap().remove("organization").unwrap();
        assert_eq!((&state["version"], &state["status"]), (&json!(7), &json!("trialing")));
        assert_eq!(
            detail,
            json!({
                "id": "org_0198c0de-0000-7000-8000-000000000001/7/11",
                "organization_id": "org_0198c0de-0000-7000-8000-000000000001",
                "organization_name": "Acme Corp",
                "occurred_at": "2025-01-08T10:20:30Z",
                "task_key": "created_project",
            })
        );
        let ids: BTreeSet<_> = outgoing().into_iter().map(|it| it.detail).collect();
        assert_eq!(ids.len(), every_event().len());
    }

    #[test]
    fn visible_change_without_own_event_is_an_update() {
        let old = acme();
        let types = |new: &Org, later: SignedDuration| {
            let then = at() + later;
            let events = Outgoing::of(Some(&image(&old, 7, at())), &image(new, 8, then), APP);
            events.into_iter().map(|event| event.detail_type).collect::<Vec<_>>()
        };
        let hour = SignedDuration::from_hours(1);
        assert_eq!(types(&old, hour), [""; 0], "only the remaining days changed");
        let moved = Org { zone: Zone::named("Europe/Berlin"), ..old.clone() };
        assert_eq!(types(&moved, hour), ["organization.updated"]);
        let renamed = Org { name: Name::parse("Acme").unwrap(), ..old.clone() };
        assert_eq!(types(&renamed, hour), ["organization.renamed"]);
        assert_eq!(types(&old, hour * 24 * 15), ["access.changed"], "the trial ended between the writes");
    }

    /// Returns the properties that the schema defines for an event type: the properties of all
    /// events, and those of this type.
    fn properties(schema: &Value, detail_type: &str) -> Map<String, Value> {
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

    /// Resolves a reference to a definition of the schema.
    fn resolved<'a>(schema: &'a Value, rule: &'a Value) -> &'a Value {
        match rule["$ref"].as_str().and_then(|path| schema.pointer(path.strip_prefix('#')?)) {
            Some(definition) => definition,
            None => rule,
        }
    }

    /// Checks a value against the part of JSON Schema that the schema uses. An object must have exactly
    /// the listed properties.
    fn check(schema: &Value, rule: &Value, value: &Value, path: &str) {
        let rule = resolved(schema, rule);
        assert!(rule["enum"].as_array().is_none_or(|values| values.contains(value)), "{path}: {value}");
        let types: Vec<&str> = match &rule["type"] {
            Value::Null => return,
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        let actual = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        assert!(types.contains(&actual), "{path}: {value}");
        for item in value.as_array().into_iter().flatten() {
            check(schema, &rule["items"], item, path);
        }
        if let (Some(fields), Some(properties)) = (value.as_object(), rule["properties"].as_object()) {
            check_fields(schema, properties, fields, path);
        }
    }

    fn check_fields(schema: &Value, rules: &Map<String, Value>, fields: &Map<String, Value>, path: &str) {
        let names = |object: &Map<String, Value>| object.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(fields), names(rules), "{path}");
        for (name, value) in fields {
            check(schema, &rules[name], value, &format!("{path}.{name}"));
        }
    }

    #[test]
    fn every_event_matches_the_schema() {
        let schema: Value = serde_json::from_str(include_str!("../schema/domain-event.json")).unwrap();
        assert_eq!(schema["properties"]["source"]["const"], SOURCE);
        let mut sent = BTreeSet::new();
        for event in outgoing() {
            sent.insert(event.detail_type);
            let detail: Value = serde_json::from_str(&event.detail).unwrap();
            let rules = properties(&schema, event.detail_type);
            check_fields(&schema, &rules, detail.as_object().unwrap(), event.detail_type);
        }
        let listed = schema["properties"]["detail-type"]["enum"].as_array().unwrap();
        assert_eq!(listed.iter().filter_map(Value::as_str).collect::<BTreeSet<_>>(), sent);
    }
}
