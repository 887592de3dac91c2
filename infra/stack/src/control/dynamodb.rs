//! `/_local/dynamodb`: DynamoDB's API for the table, for the AWS CLI and for scripts.

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

use super::{Shared, response::refuse};

/// Performs a DynamoDB call. The header `x-amz-target` contains the operation.
///
/// The caller is a developer's tool and not a function. The handler therefore does not check the
/// signature and the permissions of the call, and does not add the call to the call log.
pub(super) async fn call(State(system): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let Some((_, operation)) = target.and_then(|target| target.rsplit_once('.')) else {
        return refuse(
            StatusCode::BAD_REQUEST,
            ["x-amz-target must be a DynamoDB operation such as DynamoDB_20120810.GetItem".to_owned()],
        );
    };
    let reply = system.cloud.engine.call(operation, &body);
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], reply.body).into_response()
}
