//! `/_local/dynamodb`: the table as DynamoDB's own API, for the AWS CLI and for scripts that call it.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

use super::Shared;
use super::response::refuse;

/// Answers a call as DynamoDB does. The operation is in `x-amz-target`; signature and permissions are not checked, and
/// the call is not recorded: it comes from an operator and not from a function.
pub(super) async fn call(State(system): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let Some((_, operation)) = target.and_then(|target| target.rsplit_once('.')) else {
        return refuse(
            StatusCode::BAD_REQUEST,
            ["x-amz-target must name an operation of DynamoDB".to_owned()],
        );
    };
    let reply = system.cloud.engine.call(operation, &body);
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], reply.body).into_response()
}
