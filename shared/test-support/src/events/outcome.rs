//! Describes what an event caused.

use std::collections::{BTreeMap, BTreeSet};

use aws_local::invoke::Failure;
use serde_json::{Map, Value, json};

use super::response;
use crate::aws::LocalAws;

/// Number of hexadecimal digits of a hash.
const HASH_LENGTH: usize = 64;
/// Attributes of the key of an item.
const KEYS: [&str; 2] = ["pk", "sk"];

type Items = BTreeMap<(String, String), Value>;

/// Describes a response and everything that differs from `before`. Leaves out what did not happen.
pub(super) fn describe(
    aws: &LocalAws,
    before: &Items,
    response: Result<Value, Failure>,
    calls: &[String],
) -> Value {
    let response = match response {
        Ok(response) => response::describe(response),
        Err(failure) => json!({ "error": failure.to_string() }),
    };
    let after = aws.items();
    let mut outcome =
        Map::from_iter([("response".to_owned(), response), ("calls".to_owned(), repeated(calls))]);
    for (name, part) in [
        ("items", changes(before, &after)),
        ("pending_emails", pending_emails(before, &after)),
        ("emails", emails(aws)),
        ("events", events(aws)),
    ] {
        if part.as_array().is_none_or(|list| !list.is_empty()) && part != json!({}) {
            outcome.insert(name.to_owned(), part);
        }
    }
    Value::Object(outcome)
}

/// Returns the operations in their order. A number follows an operation that was repeated.
fn repeated(calls: &[String]) -> Value {
    let runs = calls.chunk_by(|one, next| one == next);
    let run =
        |run: &[String]| if run.len() == 1 { run[0].clone() } else { format!("{} × {}", run[0], run.len()) };
    runs.map(run).collect()
}

/// Returns each changed item with the names of its changed attributes. Keys are part of its name.
fn changes(before: &Items, after: &Items) -> Value {
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let change = |key: &&(String, String)| {
        let change = match (before.get(key), after.get(key)) {
            (Some(old), Some(new)) if old == new => return None,
            (Some(old), Some(new)) => format!("changed: {}", changed_attributes(old, new)),
            (None, Some(new)) => format!("created: {}", changed_attributes(&Value::Null, new)),
            _ => "deleted".to_owned(),
        };
        Some((name_of(key), change.into()))
    };
    Value::Object(keys.iter().filter_map(change).collect())
}

fn changed_attributes(old: &Value, new: &Value) -> String {
    let names = [old, new].into_iter().filter_map(Value::as_object).flat_map(Map::keys);
    let names: BTreeSet<_> = names
        .filter(|name| !KEYS.contains(&name.as_str()) && old.get(name) != new.get(name))
        .map(String::as_str)
        .collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// Returns the emails that became pending, by the key of their item and their recipient.
fn pending_emails(before: &Items, after: &Items) -> Value {
    let pending = |items: &Items| items.iter().flat_map(pending_of).collect::<BTreeSet<_>>();
    json!(pending(after).difference(&pending(before)).collect::<Vec<_>>())
}

/// Returns the pending emails of an item: its notices by recipient, or its own email.
fn pending_of((key, item): (&(String, String), &Value)) -> Vec<String> {
    let is_pending = |delivery: &Value| delivery["M"]["state"]["S"] == "pending";
    let own = (is_pending(&item["mail"]) && item["waiting_send"].is_null()).then(|| name_of(key));
    let notices = ["mail", "notices2"].map(|attribute| item[attribute]["M"].as_object());
    let recipients = notices.into_iter().flatten().flatten().flat_map(|(notice, recipients)| {
        let recipients = recipients["M"].as_object().into_iter().flatten();
        recipients.filter(|(_, delivery)| is_pending(delivery)).map(move |(to, _)| format!("{notice} {to}"))
    });
    own.into_iter().chain(recipients.map(|notice| format!("{} {notice}", key.0))).collect()
}

/// Returns the name of an item: its partition key and its sort key, with the start of each hash.
fn name_of((pk, sk): &(String, String)) -> String {
    let short = |part: &str| match part {
        hash if hash.len() == HASH_LENGTH && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("{}…", &hash[..8])
        }
        other => other.to_owned(),
    };
    let name = |key: &str| key.split('#').map(short).collect::<Vec<_>>().join("#");
    format!("{} {}", name(pk), name(sk))
}

fn emails(aws: &LocalAws) -> Value {
    let emails = aws.mails().into_iter();
    emails.map(|mail| json!({ "kind": mail.kind, "to": mail.to, "subject": mail.subject })).collect()
}

/// Returns the types of the domain events. SES's own events about emails are left out.
fn events(aws: &LocalAws) -> Value {
    let events = aws.events().into_iter().filter(|event| event["source"] != "aws.ses");
    events.map(|event| event["detail-type"].clone()).collect()
}
