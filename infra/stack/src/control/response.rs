//! Responses of the control interface: JSON, and lists of errors.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Serialize;
use serde_json::json;

/// Responds with status 200 and `value` as JSON.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => json_text(text),
        Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, [error.to_string()]),
    }
}

/// Responds with status 200 and a JSON text.
pub(super) fn json_text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// Responds with an error status and a list of all errors.
pub(super) fn refuse(status: StatusCode, errors: impl IntoIterator<Item = String>) -> Response {
    let errors: Vec<String> = errors.into_iter().collect();
    (status, json(&json!({"status": status.as_u16(), "errors": errors}))).into_response()
}
