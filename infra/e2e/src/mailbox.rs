//! Extends `World` with reads of the mailbox and of the table, and with SES events.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::driver::World;

impl World {
    /// Returns how many emails of a kind an address got.
    pub async fn mails_to(&self, kind: &str, address: &str) -> usize {
        self.mails(kind).await.iter().filter(|mail| mail["to"][0] == address).count()
    }

    /// Returns the items that contain the state of an email, as plain JSON.
    pub async fn items_with_mail(&self) -> Vec<Value> {
        let items = self.local("GET", "/_local/table", None).await;
        let items = items.as_array().unwrap().iter().map(plain);
        items.filter(|item| item.get("mail").is_some_and(Value::is_object)).collect()
    }

    /// Returns the state of every email of a kind, and the attribute `mail_pk` of its item: the
    /// partition of the index `by-mail`, or null.
    pub async fn states(&self, kind: &str) -> Vec<(Value, Value)> {
        let mut states = Vec::new();
        for item in self.items_with_mail().await {
            let partition = item.get("mail_pk").cloned().unwrap_or(Value::Null);
            let separate = [("pk", "ASKED#", "sign_in"), ("sk", "INVITE#", "invitation")];
            if let Some((.., of)) =
                separate.iter().find(|(key, of, _)| item[key].as_str().unwrap().starts_with(of))
            {
                if *of == kind {
                    states.push((item["mail"].clone(), partition));
                }
                continue;
            }
            for (key, recipients) in item["mail"].as_object().unwrap() {
                if key.split('/').next() == Some(kind) {
                    let all = recipients.as_object().unwrap().values();
                    states.extend(all.map(|state| (state.clone(), partition.clone())));
                }
            }
        }
        states
    }

    /// Returns the same pair as [`Self::states`], for the only email of a kind.
    pub async fn state(&self, kind: &str) -> (Value, Value) {
        let states = self.states(kind).await;
        assert_eq!(states.len(), 1, "{kind}: {states:?}");
        states.into_iter().next().unwrap()
    }

    /// Puts an SES event about an email on the bus.
    pub async fn ses(&self, mail: &Value, event: &str, more: Value) {
        let kinds = [
            ("Send", "Email Sent"),
            ("Delivery", "Email Delivered"),
            ("Bounce", "Email Bounced"),
            ("Complaint", "Email Complaint Received"),
            ("Reject", "Email Rejected"),
        ];
        let detail_type = kinds.iter().find(|(name, _)| *name == event).unwrap().1;
        let links = ["sign_in", "invitation"].iter().any(|kind| mail["kind"] == *kind);
        let set = if links { "onramp-links" } else { "onramp-mail" };
        let mut tags = json!({ "ses:configuration-set": [set] });
        for (name, value) in mail["tags"].as_object().unwrap() {
            tags[name] = json!([value]);
        }
        let mut detail = json!({ "eventType": event, "mail": { "destination": mail["to"], "tags": tags } });
        detail[event.to_lowercase()] = more;
        let event = json!({ "source": "aws.ses", "detail-type": detail_type, "detail": detail });
        self.local("POST", "/_local/events", Some(event)).await;
        self.settle().await;
    }

    /// Advances the clock without running any schedule.
    pub async fn wait(&self, time: SignedDuration) {
        let system = self.stack.system();
        system.set_clock(system.clock().now() + time).await;
    }

    /// Invokes each function that sends email once, as its schedule does, and waits for all work
    /// that follows. After a failed run, its work is still due.
    pub async fn run_schedules(&self) {
        for function in ["trial-reminder", "mailer"] {
            self.send("POST", &format!("/_local/invoke/{function}"), &[], scheduled_event()).await;
            self.settle().await;
        }
    }

    /// Removes all injected faults.
    pub async fn clear_faults(&self) {
        self.local("DELETE", "/_local/faults", None).await;
    }
}

/// Converts a DynamoDB value to plain JSON.
pub fn plain(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.len() == 1 => {
            let (kind, inner) = fields.iter().next().unwrap();
            match kind.as_str() {
                "S" => inner.clone(),
                "N" => json!(inner.as_str().unwrap().parse::<i64>().unwrap()),
                "BOOL" => inner.clone(),
                "M" => plain_fields(inner),
                "L" => inner.as_array().unwrap().iter().map(plain).collect(),
                _ => plain_fields(value),
            }
        }
        _ => plain_fields(value),
    }
}

fn plain_fields(value: &Value) -> Value {
    match value.as_object() {
        Some(fields) => fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        None => value.clone(),
    }
}

/// Returns the event of a schedule.
#[must_use]
pub fn scheduled_event() -> String {
    json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} }).to_string()
}
