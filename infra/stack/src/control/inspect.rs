//! Reads of the stack's state: emails, events, webhooks, calls, items, and dead letters. This
//! module also puts events on the bus.

use std::collections::BTreeMap;

use axum::{
    body::Bytes,
    extract::{Query, State},
    response::Response,
};
use http::StatusCode;
use serde_json::{Value, json};

use super::{Shared, parse, response, response::refuse};
use aws_local::bus::Entry;

type Parameters = Query<BTreeMap<String, String>>;

pub(super) async fn mail(State(system): Shared) -> Response {
    response::json(&system.cloud.mailbox.mails())
}

pub(super) async fn empty_mail(State(system): Shared) -> Response {
    system.cloud.mailbox.clear();
    response::json(&system.cloud.mailbox.mails())
}

pub(super) async fn events(State(system): Shared) -> Response {
    response::json(&system.cloud.bus.events())
}

/// Puts an event on the bus, like the host app or SES.
pub(super) async fn put_event(State(system): Shared, body: Bytes) -> Response {
    let mut request = match parse(&body) {
        Ok(request) => request,
        Err(refusal) => return *refusal,
    };
    let mut errors = Vec::new();
    let mut text =
        |key: &str, default: Option<&str>| match request.get(key).and_then(Value::as_str).or(default) {
            Some(text) if !text.is_empty() => text.to_owned(),
            _ => {
                errors.push(format!("{key} must be a string"));
                String::new()
            }
        };
    let (source, detail_type) = (text("source", None), text("detail-type", None));
    let bus = text("bus", Some("default"));
    // EventBridge's own API requires the detail as a JSON string. This interface also accepts an
    // object.
    let mut detail = match request.get_mut("detail").map(Value::take).unwrap_or_default() {
        Value::String(text) => serde_json::from_str(&text).unwrap_or_default(),
        detail => detail,
    };
    if !detail.is_object() {
        errors.push("detail must be an object or a JSON string".to_owned());
    }
    if !errors.is_empty() {
        return refuse(StatusCode::BAD_REQUEST, errors);
    }
    if source == "aws.ses" {
        add_mail_fields(&mut detail, &system.cloud.bus.events());
    }
    let entry = Entry { bus, source, detail_type, detail, resources: Vec::new(), time: None };
    let id = system.cloud.bus.put(&entry, system.clock().now());
    response::json(&json!({"id": id}))
}

/// Adds the missing `mail` fields of an SES event from the earlier events about the same message.
/// All events of SES about one message have these fields.
fn add_mail_fields(detail: &mut Value, events: &[Value]) {
    let id = detail.pointer("/mail/messageId").cloned();
    let sent = events.iter().filter_map(|event| event.pointer("/detail/mail")?.as_object());
    let Some(sent) = id.and_then(|id| sent.into_iter().find(|mail| mail.get("messageId") == Some(&id)))
    else {
        return;
    };
    let Some(mail) = detail.get_mut("mail").and_then(Value::as_object_mut) else { return };
    for (name, value) in sent {
        mail.entry(name).or_insert_with(|| value.clone());
    }
    let (Some(tags), Some(Value::Object(sent))) = (mail.get_mut("tags"), sent.get("tags")) else { return };
    let Some(tags) = tags.as_object_mut() else { return };
    for value in tags.values_mut().filter(|value| value.is_string()) {
        *value = json!([value.take()]);
    }
    for (name, value) in sent {
        tags.entry(name).or_insert_with(|| value.clone());
    }
}

pub(super) async fn calls(State(system): Shared, Query(parameters): Parameters) -> Response {
    match parameters.get("since").map_or(Ok(0), |since| since.parse()) {
        Ok(since) => response::json(&system.cloud.calls.since(since)),
        Err(_) => refuse(StatusCode::BAD_REQUEST, ["since must be the seq of a call".to_owned()]),
    }
}

pub(super) async fn permissions(State(system): Shared) -> Response {
    response::json(&system.cloud.permissions.report())
}

pub(super) async fn table(State(system): Shared, Query(parameters): Parameters) -> Response {
    let pk = parameters.get("pk").filter(|pk| !pk.is_empty());
    response::json(&system.cloud.engine.items(pk.map(String::as_str)))
}

pub(super) async fn dead_letters(State(system): Shared) -> Response {
    let mut dead = system.dead_letters.all();
    dead.extend(system.cloud.queues.dead_letters());
    dead.sort_by_key(|letter| letter.at);
    response::json(&dead)
}

pub(super) async fn webhooks(State(system): Shared) -> Response {
    response::json(&system.host.as_ref().map(|host| host.calls()).unwrap_or_default())
}
