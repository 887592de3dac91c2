//! The messages that the test sends: steps and events as Onramp sends them.

use domain::{id::OrgId, provisioning::StepKey};
use jiff::Timestamp;
use runtime::Rng;
use serde_json::{Value, json};

/// Number of bytes that the large call adds to each of three objects.
const EXTRA_BYTES: usize = 20 * 1024;

/// A made-up organization whose tenant the endpoint creates.
#[derive(Debug, Clone)]
pub(super) struct Tenant {
    organization: OrgId,
    admin: String,
    at: Timestamp,
    step: StepKey,
}

/// What Onramp wants from a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Provision,
    Deprovision,
}

/// A message without its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub id: String,
    pub body: Vec<u8>,
}

impl Tenant {
    pub(super) fn new(step: StepKey, now: Timestamp, entropy: &Rng) -> Self {
        let admin = entropy.user_id(now).to_string();
        Self { organization: entropy.org_id(now), admin, at: now, step }
    }

    /// Returns the call of the step.
    pub(super) fn call(&self, action: Action, attempt: u32) -> Message {
        self.message(action, &self.call_body(action, attempt))
    }

    /// Returns a call with unknown fields, and longer than usual.
    pub(super) fn large_call(&self) -> Message {
        let mut body = self.call_body(Action::Provision, 1);
        let added = json!({ "list": [1, null, "Zoë"], "text": "x".repeat(EXTRA_BYTES) });
        for path in ["", "/organization", "/admin"] {
            if let Some(object) = body.pointer_mut(path).and_then(Value::as_object_mut) {
                object.insert("added_later".to_owned(), added.clone());
            }
        }
        self.message(Action::Provision, &body)
    }

    /// Returns an event whose type the endpoint cannot know.
    pub(super) fn unknown_event(&self) -> Message {
        let id = format!("{}/7/0", self.organization);
        let data = json!({
            "id": id, "organization_id": self.organization.to_string(), "organization_name": NAME,
            "occurred_at": self.at, "organization": self.state(),
        });
        let body = json!({ "type": "organization.added_later", "timestamp": self.at, "data": data });
        Message { id, body: body.to_string().into_bytes() }
    }

    fn message(&self, action: Action, body: &Value) -> Message {
        let id = format!("{}.{}.{}", self.run(), self.step, action.name());
        Message { id, body: body.to_string().into_bytes() }
    }

    /// The run has the UUID of the organization.
    fn run(&self) -> String {
        format!("run_{}", self.organization.uuid().as_hyphenated())
    }

    fn call_body(&self, action: Action, attempt: u32) -> Value {
        let run = self.run();
        json!({
            "type": "provisioning.step", "run": run, "step": self.step.as_str(), "action": action.name(),
            "attempt": attempt, "organization": self.state(), "admin": self.admin(), "outputs": {},
            // Reserved by RFC 2606: this name never exists.
            "callback_url": format!("https://onramp.invalid/api/v1/provisioning/{run}/steps/{}", self.step),
        })
    }

    fn admin(&self) -> Value {
        json!({ "id": self.admin, "email": "test@example.com", "full_name": "Test Endpoint" })
    }

    fn state(&self) -> Value {
        let step =
            json!({ "key": self.step.as_str(), "title": "Test step", "state": "calling", "done_at": null });
        json!({
            "id": self.organization.to_string(), "external_id": null, "name": NAME, "version": 2,
            "time_zone": "UTC", "language": "en", "industry": null, "status": "trialing", "access": "full",
            "suspended": null, "deletion": null, "plan": null,
            "trial": { "starts_at": null, "ends_at": null, "days_remaining": 14 }, "next": null,
            "billing": { "customer": null, "subscription": null, "issue": null },
            "provisioning": {
                "state": "running", "run": self.run(), "trigger": "trial", "ready_at": null, "steps": [step],
            },
            "checklist": {
                "definition": "built-in", "completed_count": 0, "total_count": 8, "percentage": 0,
                "is_complete": false, "dismissed": false,
            },
            "admins": [self.admin()], "member_count": 1, "app_url": "https://app.example.com",
            "created_at": self.at, "updated_at": self.at,
        })
    }
}

/// Name of the made-up organizations, with characters that need care.
const NAME: &str = "Test of the endpoint: Zoë & Søn’s \"<b>\"";

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Self::Provision => "provision",
            Self::Deprovision => "deprovision",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = include_str!("../../../../shared/event-bus/schema/domain-event.json");

    #[test]
    fn organization_has_the_fields_of_the_real_state() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let tenant = Tenant::new("workspace".parse().unwrap(), Timestamp::UNIX_EPOCH, &Rng::system());
        let body: Value = serde_json::from_slice(&tenant.call(Action::Provision, 1).body).unwrap();
        let required = |definition: &Value| {
            let names = definition["required"].as_array().unwrap().iter();
            names.map(|name| name.as_str().unwrap().to_owned()).collect::<std::collections::BTreeSet<_>>()
        };
        let names = |object: &Value| object.as_object().unwrap().keys().cloned().collect();
        let state = &schema["$defs"]["organization"];
        let organization = &body["organization"];
        assert_eq!(required(state), names(organization));
        for part in ["trial", "billing", "provisioning", "checklist"] {
            assert_eq!(required(&state["properties"][part]), names(&organization[part]), "{part}");
        }
    }

    #[test]
    fn repeated_call_differs_only_in_its_attempt() {
        let tenant = Tenant::new("workspace".parse().unwrap(), Timestamp::UNIX_EPOCH, &Rng::system());
        let (first, again) = (tenant.call(Action::Provision, 1), tenant.call(Action::Provision, 2));
        assert_eq!(first.id, again.id);
        let text = String::from_utf8(again.body).unwrap().replace("\"attempt\":2", "\"attempt\":1");
        assert_eq!(text.into_bytes(), first.body);
    }
}
