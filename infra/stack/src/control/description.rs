//! `/_local/openapi.json`: the OpenAPI description of the whole API.

use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::response;

/// OpenAPI description as of the build of this program.
const DESCRIPTION: &str = include_str!("../../../../docs/openapi.yaml");

/// Responds with the OpenAPI description as JSON.
pub(super) async fn read() -> Response {
    match serde_yaml_ng::from_str::<Value>(DESCRIPTION) {
        Ok(description) => response::json(&description),
        Err(error) => response::refuse(StatusCode::INTERNAL_SERVER_ERROR, [error.to_string()]),
    }
}
