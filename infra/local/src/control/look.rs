//! What happened: mails, events, calls, items, dead letters.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::answer::refuse;
use super::{Shared, answer, parse};
use crate::bus::Entry;

type Parameters = Query<BTreeMap<String, String>>;

pub(super) async fn mail(State(system): Shared) -> Response {
    answer::json(&system.cloud.mailbox.mails())
}

pub(super) async fn empty_mail(State(system): Shared) -> Response {
    system.cloud.mailbox.clear();
    answer::json(&system.cloud.mailbox.mails())
}

pub(super) async fn events(State(system): Shared) -> Response {
    answer::json(&system.cloud.bus.events())
}

/// Puts an event on the bus, as the host app or SES would.
pub(super) async fn put_event(State(system): Shared, body: Bytes) -> Response {
    let mut request = match parse(&body) {
        Ok(request) => request,
        Err(refusal) => return *refusal,
    };
    let mut faults = Vec::new();
    let mut text =
        |key: &str, default: Option<&str>| match request.get(key).and_then(Value::as_str).or(default) {
            Some(text) if !text.is_empty() => text.to_owned(),
            _ => {
                faults.push(format!("{key} must be given as text"));
                String::new()
            }
        };
    let (source, detail_type) = (text("source", None), text("detail-type", None));
    let bus = text("bus", Some("default"));
    if !request.get("detail").is_some_and(Value::is_object) {
        faults.push("detail must be an object".to_owned());
    }
    if !faults.is_empty() {
        return refuse(StatusCode::BAD_REQUEST, faults);
    }
    let detail = request.get_mut("detail").map(Value::take).unwrap_or_default();
    let entry = Entry { bus, source, detail_type, detail, resources: Vec::new(), time: None };
    let id = system.cloud.bus.put(&entry, system.clock().now());
    answer::json(&json!({"id": id}))
}

pub(super) async fn calls(State(system): Shared, Query(parameters): Parameters) -> Response {
    match parameters.get("since").map_or(Ok(0), |since| since.parse()) {
        Ok(since) => answer::json(&system.cloud.calls.since(since)),
        Err(_) => refuse(StatusCode::BAD_REQUEST, ["since is the seq of a call".to_owned()]),
    }
}

pub(super) async fn permissions(State(system): Shared) -> Response {
    answer::json(&system.cloud.permissions.report())
}

pub(super) async fn table(State(system): Shared, Query(parameters): Parameters) -> Response {
    let pk = parameters.get("pk").filter(|pk| !pk.is_empty());
    answer::json(&system.cloud.engine.items(pk.map(String::as_str)))
}

pub(super) async fn dead_letters(State(system): Shared) -> Response {
    answer::json(&system.dead_letters.all())
}
