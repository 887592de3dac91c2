//! `/_local/dynamodb` and `/_local/sqs`: APIs of AWS, for the AWS CLI and for scripts.
//!
//! The caller is a developer's tool and not a function. The handlers therefore do not check the
//! signature and the permissions of a call, and do not add the call to the call log.

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

use super::{Shared, response::refuse};
use aws_local::connector::call_sqs;

/// Performs a DynamoDB call. The header `x-amz-target` contains the operation.
pub(super) async fn dynamodb(State(system): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let Some(operation) = operation(&headers) else { return missing("DynamoDB_20120810.GetItem") };
    let reply = system.cloud.engine.call(operation, &body);
    respond(reply.status, reply.body)
}

/// Performs an SQS call. The header `x-amz-target` contains the operation.
pub(super) async fn sqs(State(system): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let Some(operation) = operation(&headers) else { return missing("AmazonSQS.StartMessageMoveTask") };
    let (status, body) = call_sqs(&system.cloud, operation, &body);
    respond(status, body)
}

fn operation(headers: &HeaderMap) -> Option<&str> {
    Some(headers.get("x-amz-target")?.to_str().ok()?.rsplit_once('.')?.1)
}

fn missing(example: &str) -> Response {
    refuse(StatusCode::BAD_REQUEST, [format!("x-amz-target must be an operation such as {example}")])
}

fn respond(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.0")], body).into_response()
}
