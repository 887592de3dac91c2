//! What programs can ask of the system: the description of its API, as tools read it.

use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::response;

/// The description that this program was built with.
const TEXT: &str = include_str!("../../../../docs/openapi.yaml");

/// `GET /_local/openapi.json`.
pub(super) async fn read() -> Response {
    match serde_yaml_ng::from_str::<Value>(TEXT) {
        Ok(description) => response::json(&description),
        Err(error) => response::refuse(StatusCode::INTERNAL_SERVER_ERROR, [error.to_string()]),
    }
}
