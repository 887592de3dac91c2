//! `/_local/stripe/delivery` and `/_local/stripe/release`: delivery mode of the Stripe mock.

use axum::{body::Bytes, extract::State, response::Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::{Shared, parse, response, response::refuse};
use stripe_mock::{Mode, StripeMock};

pub(super) async fn read(State(system): Shared) -> Response {
    response::json(&settings(&system.stripe))
}

/// Sets the delivery mode for all later deliveries.
pub(super) async fn choose(State(system): Shared, body: Bytes) -> Response {
    let request = match parse(&body) {
        Ok(request) => request,
        Err(refusal) => return *refusal,
    };
    match mode(&request) {
        Ok(mode) => {
            system.stripe.set_mode(mode);
            response::json(&settings(&system.stripe))
        }
        Err(errors) => refuse(StatusCode::BAD_REQUEST, errors),
    }
}

/// Releases and delivers the held events.
pub(super) async fn release(State(system): Shared) -> Response {
    let released = system.webhooks.release().await;
    response::json(&json!({"released": released}))
}

fn settings(mock: &StripeMock) -> Value {
    let (held, waiting) = mock.undelivered();
    json!({"mode": mock.mode().as_str(), "held": held, "waiting": waiting})
}

fn mode(request: &Value) -> Result<Mode, Vec<String>> {
    let Some(fields) = request.as_object() else {
        return Err(vec!["the body must be a JSON object".to_owned()]);
    };
    let mut errors: Vec<String> = fields
        .keys()
        .filter(|name| *name != "mode")
        .map(|name| format!("unknown field {name}; expected mode"))
        .collect();
    let mode = fields.get("mode").and_then(Value::as_str).and_then(Mode::parse);
    match mode {
        Some(mode) if errors.is_empty() => Ok(mode),
        Some(_) => Err(errors),
        None => {
            errors.push(format!("mode must be one of {}", Mode::ALL.map(Mode::as_str).join(", ")));
            Err(errors)
        }
    }
}
