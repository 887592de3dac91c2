//! `/_local/clock`: reads and moves the local clock.

use axum::{body::Bytes, extract::State, response::Response};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Shared, parse, response, response::refuse};
use sim::clock::parse_duration;

pub(super) async fn read(State(system): Shared) -> Response {
    response::json(&json!({"now": system.clock().now()}))
}

/// Moves the clock. A move forward runs all work that becomes due, and a move backward runs none.
pub(super) async fn set(State(system): Shared, body: Bytes) -> Response {
    let request = match parse(&body) {
        Ok(request) => request,
        Err(refusal) => return *refusal,
    };
    let now = system.clock().now();
    let bad = |message: &str| refuse(StatusCode::BAD_REQUEST, [message.to_owned()]);
    let text = |key: &str| request.get(key).map(|value| value.as_str().unwrap_or_default());
    let target = match (text("advance"), text("now")) {
        (Some(advance), None) => match parse_duration(advance).and_then(|by| now.checked_add(by).ok()) {
            Some(target) => target,
            None => return bad("advance must be a duration such as 90s, 5m, 1h, 11d, or 1d12h"),
        },
        (None, Some(moment)) => match moment.parse::<Timestamp>() {
            Ok(target) => target,
            Err(_) => return bad("now must be a timestamp such as 2026-01-22T10:00:00Z"),
        },
        _ => return bad("set either advance or now"),
    };
    if request.as_object().is_some_and(|fields: &serde_json::Map<String, Value>| fields.len() > 1) {
        return bad("set advance or now, and no other field");
    }
    if target < now {
        system.set_clock(target).await;
    } else {
        system.advance(target).await;
    }
    response::json(&json!({"now": system.clock().now()}))
}
