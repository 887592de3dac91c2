//! Responses in the formats of the two AWS protocols: JSON with `__type`, and REST with a header.

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::ConnectorError};
use aws_smithy_types::body::SdkBody;
use axum::body::Bytes;
use http::HeaderMap;
use serde_json::{Value, json};

/// Response of a local service, before its conversion to an HTTP response.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    error_type: Option<String>,
    body: String,
    /// Headers of a response that does not come from an AWS service.
    headers: HeaderMap,
}

impl Reply {
    pub(super) fn ok(body: &Value) -> Self {
        Self::raw(200, body.to_string())
    }

    pub(super) fn raw(status: u16, body: String) -> Self {
        Self { status, error_type: None, body, headers: HeaderMap::new() }
    }

    /// Converts the response of a service outside AWS without changes.
    pub(super) fn outside(response: http::Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        let body = String::from_utf8_lossy(&body).into_owned();
        Self { headers: parts.headers, ..Self::raw(parts.status.as_u16(), body) }
    }

    /// Creates an error of the JSON protocol (DynamoDB, EventBridge, Secrets Manager, SQS).
    pub(super) fn json(status: u16, kind: &str, message: &str) -> Self {
        Self::raw(status, json!({"__type": kind, "message": message}).to_string())
    }

    /// Creates an error of the REST protocol (SES v2), which has its type in a header.
    pub(super) fn rest(status: u16, kind: &str, message: &str) -> Self {
        let body = json!({"message": message}).to_string();
        Self { error_type: Some(kind.to_owned()), ..Self::raw(status, body) }
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    /// Returns the status and the body.
    pub(super) fn into_parts(self) -> (u16, String) {
        (self.status, self.body)
    }

    pub(super) fn into_response(self) -> Result<HttpResponse, ConnectorError> {
        let mut response = http::Response::builder().status(self.status);
        if self.headers.is_empty() {
            response = response
                .header("content-type", "application/x-amz-json-1.0")
                .header("x-amzn-requestid", sim::random::uuid());
        }
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        if let Some(kind) = &self.error_type {
            response = response.header("x-amzn-errortype", kind);
        }
        let response = response
            .body(SdkBody::from(self.body))
            .map_err(|error| ConnectorError::other(error.into(), None))?;
        HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
    }
}
