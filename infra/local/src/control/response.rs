//! Answers of the control interface.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Serialize;
use serde_json::json;

/// `value` with 200.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => json_text(text),
        Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, [error.to_string()]),
    }
}

/// JSON text with 200.
pub(super) fn json_text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// A refusal that names every fault.
pub(super) fn refuse(status: StatusCode, errors: impl IntoIterator<Item = String>) -> Response {
    let errors: Vec<String> = errors.into_iter().collect();
    (status, json(&json!({"status": status.as_u16(), "errors": errors}))).into_response()
}
