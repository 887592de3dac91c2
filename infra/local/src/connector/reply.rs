//! Answers on the wire, in the shapes of the two protocols: JSON with `__type`, and REST with a header.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

/// An answer before it is an HTTP response.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    error_type: Option<String>,
    body: String,
}

impl Reply {
    pub(super) fn ok(body: &Value) -> Self {
        Self { status: 200, error_type: None, body: body.to_string() }
    }

    pub(super) fn raw(status: u16, body: String) -> Self {
        Self { status, error_type: None, body }
    }

    /// An error of the JSON protocols (DynamoDB, EventBridge, Secrets Manager).
    pub(super) fn json(status: u16, kind: &str, message: &str) -> Self {
        Self { status, error_type: None, body: json!({"__type": kind, "message": message}).to_string() }
    }

    /// An error of the REST protocol (SES v2), whose type travels in a header.
    pub(super) fn rest(status: u16, kind: &str, message: &str) -> Self {
        Self { status, error_type: Some(kind.to_owned()), body: json!({"message": message}).to_string() }
    }

    pub(super) fn into_response(self) -> Result<HttpResponse, ConnectorError> {
        let mut response = http::Response::builder()
            .status(self.status)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amzn-requestid", crate::random::uuid());
        if let Some(kind) = &self.error_type {
            response = response.header("x-amzn-errortype", kind);
        }
        let response = response
            .body(SdkBody::from(self.body))
            .map_err(|error| ConnectorError::other(error.into(), None))?;
        HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
    }
}
