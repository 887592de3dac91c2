//! The state at the end of a run. It omits values that differ between runs: ids, secrets, and
//! times.

use std::collections::BTreeSet;

use regex::{Captures, Regex};
use serde_json::Value;

use e2e::driver::World;

/// Key prefixes of items that the comparison omits: counted attempts, secrets, and data for the
/// next request.
const TRANSIENT: [&str; 10] = [
    "SESSION#",
    "LIMIT#",
    "BRAKE#",
    "SIGNUP#",
    "LINK#",
    "FEED",
    "FOUNDING",
    "INVITATION",
    "UNSUBSCRIBE",
    "NOTHING",
];

/// Attributes that the comparison omits. They count writes or attempts, or only the table itself
/// uses them.
const VOLATILE: [&str; 6] = ["version", "expires_at", "failed", "mail_ready", "epoch", "replays"];

/// Everything that a run stores or sends: items, emails, and domain events, sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State(Vec<String>);

impl State {
    pub async fn of(world: &World) -> Self {
        world.settle().await;
        let mut lines = Vec::new();
        let items = world.local("GET", "/_local/table", None).await;
        for item in items.as_array().unwrap() {
            let key = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
            if !TRANSIENT.iter().any(|start| key("pk").starts_with(start) || key("sk").starts_with(start)) {
                lines.push(normalized(&without_volatile(item)));
            }
        }
        let emails = world.local("GET", "/_local/mail", None).await;
        for email in emails.as_array().unwrap() {
            lines.push(normalized(&serde_json::json!([email["kind"], email["to"], email["subject"]])));
        }
        let events = world.local("GET", "/_local/events", None).await;
        let own_events = events.as_array().unwrap().iter().filter(|event| event["source"] == "onramp");
        // The publisher can deliver an event more than once. The set contains each event once,
        // because a repeated event is identical.
        let own_events: BTreeSet<String> =
            own_events.map(|event| format!("{} {}", event["detail-type"], event["detail"])).collect();
        let masked = own_events.iter().map(|event| mask(event));
        lines.extend(masked);
        lines.sort();
        Self(lines)
    }

    /// Returns the lines that only one of the two states has.
    pub fn difference(&self, other: &Self) -> String {
        let only = |a: &Self, b: &Self, sign: &str| {
            let mut rest = b.0.clone();
            let mut lines = String::new();
            for line in &a.0 {
                match rest.iter().position(|it| it == line) {
                    Some(index) => drop(rest.remove(index)),
                    None => lines.push_str(&format!("\n  {sign} {line}")),
                }
            }
            lines
        };
        only(self, other, "+") + &only(other, self, "-")
    }
}

fn without_volatile(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !VOLATILE.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), without_volatile(value)))
            .collect(),
        Value::Array(values) => values.iter().map(without_volatile).collect(),
        value => value.clone(),
    }
}

fn normalized(value: &Value) -> String {
    mask(&value.to_string())
}

/// Replaces ids, hashes, and times in a text, so that texts of different runs can be compared.
pub fn mask(text: &str) -> String {
    thread_local! {
        static VARYING: Regex = Regex::new(concat!(
            r"(?<kind>[a-z]+_)local[0-9a-f]+",
            r"|(?<typed>[a-z]+_)[0-9a-f]{8}-[0-9a-f-]{27}(/\d+/)?",
            r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            r"|(\d{13}-)?[0-9a-f]{16,}",
            r"|\d{4}-\d\d-\d\dT[0-9:.]+Z",
            r"|\b1[0-9]{9}\b",
            r#"|"version":\d+"#,
            r"|(?<shard>(DUE|MAIL|HELD|ASK|FOREIGN|COHORT#\d{4}-W\d\d)#)\d",
        ))
        .unwrap();
    }
    let rest = |found: &Captures<'_>| {
        let prefix = ["kind", "typed", "shard"].iter().find_map(|name| found.name(name));
        format!("{}*", prefix.map_or("", |prefix| prefix.as_str()))
    };
    VARYING.with(|varying| varying.replace_all(text, rest).into_owned())
}
