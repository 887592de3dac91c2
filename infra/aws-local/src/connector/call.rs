//! An SDK call: its service, the permissions that it needs, and the error responses of its service.

use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use sim::external::{ExternalService, InjectedError};

use super::{dynamodb, events, external::ExternalCall, reply::Reply, secrets, ses, sqs};
use crate::iam::Need;

/// Parsed call, by service.
pub(super) enum SdkCall {
    DynamoDb(dynamodb::DynamoDbCall),
    Ses(ses::SesCall),
    Events(events::EventsCall),
    Secrets(secrets::SecretsCall),
    Sqs(sqs::SqsCall),
    External(ExternalCall),
    Unknown { target: String },
}

pub(super) fn parse(request: &HttpRequest, external: &[Arc<dyn ExternalService>]) -> SdkCall {
    if let Some(call) = ExternalCall::new(request, external) {
        return SdkCall::External(call);
    }
    let body = request.body().bytes().unwrap_or_default().to_vec();
    let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
    match target.split_once('.') {
        Some(("DynamoDB_20120810", operation)) => {
            SdkCall::DynamoDb(dynamodb::DynamoDbCall::new(operation, body))
        }
        Some(("AWSEvents", operation)) => SdkCall::Events(events::EventsCall::new(operation, &body)),
        Some(("secretsmanager", operation)) => SdkCall::Secrets(secrets::SecretsCall::new(operation, &body)),
        Some(("AmazonSQS", operation)) => SdkCall::Sqs(sqs::SqsCall::new(operation, &body)),
        _ => {
            let path = request.uri().to_owned();
            let path = path.split_once("://").map_or(path.as_str(), |(_, rest)| {
                rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or("/")
            });
            match (request.method(), path) {
                ("POST", "/v2/email/outbound-emails") => SdkCall::Ses(ses::SesCall::new(&body)),
                (method, path) => SdkCall::Unknown { target: format!("{method} {path} {target}") },
            }
        }
    }
}

impl SdkCall {
    pub(super) fn service(&self) -> &'static str {
        match self {
            Self::DynamoDb(_) => "dynamodb",
            Self::Ses(_) => "sesv2",
            Self::Events(_) => "events",
            Self::Secrets(_) => "secretsmanager",
            Self::Sqs(_) => "sqs",
            Self::External(call) => call.service(),
            Self::Unknown { .. } => "unknown",
        }
    }

    pub(super) fn operation(&self) -> &str {
        match self {
            Self::DynamoDb(call) => &call.operation,
            Self::Ses(_) => "SendEmail",
            Self::Events(call) => &call.operation,
            Self::Secrets(call) => &call.operation,
            Self::Sqs(call) => &call.operation,
            Self::External(call) => &call.operation,
            Self::Unknown { target } => target,
        }
    }

    pub(super) fn needs(&self) -> Vec<Need> {
        match self {
            Self::DynamoDb(call) => call.needs(),
            Self::Ses(call) => call.needs(),
            Self::Events(call) => call.needs(),
            Self::Secrets(call) => call.needs(),
            Self::Sqs(call) => call.needs(),
            Self::External(_) => Vec::new(),
            // No statement allows an unknown operation.
            Self::Unknown { target } => vec![Need::new(format!("unknown:{target}"), "unknown")],
        }
    }

    /// Whether the call is a strongly consistent read. `None` for calls that have no such option.
    pub(super) fn consistent(&self) -> Option<bool> {
        match self {
            Self::DynamoDb(call) => call.consistent(),
            _ => None,
        }
    }

    pub(super) fn denied(&self, function: &str, action: &str, resource: &str) -> Reply {
        let user = format!(
            "arn:aws:sts::{}:assumed-role/{}-{function}/{function}",
            crate::template::ACCOUNT,
            crate::template::STACK
        );
        let message = format!(
            "User: {user} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
        );
        match self {
            Self::Ses(_) => Reply::rest(403, "AccessDeniedException", &message),
            Self::DynamoDb(_) => Reply::json(400, "com.amazon.coral.service#AccessDeniedException", &message),
            Self::External(call) => call.fail(InjectedError::Forbidden),
            _ => Reply::json(400, "AccessDeniedException", &message),
        }
    }

    pub(super) fn throttled(&self) -> Reply {
        match self {
            Self::DynamoDb(_) => Reply::json(
                400,
                "com.amazonaws.dynamodb.v20120810#ThrottlingException",
                "Throughput exceeds the current capacity of your table or index.",
            ),
            Self::Ses(_) => Reply::rest(429, "TooManyRequestsException", "Maximum sending rate exceeded."),
            Self::External(call) => call.fail(InjectedError::Throttled),
            _ => Reply::json(400, "ThrottlingException", "Rate exceeded"),
        }
    }

    pub(super) fn failed(&self) -> Reply {
        match self {
            Self::DynamoDb(_) => Reply::json(
                500,
                "com.amazonaws.dynamodb.v20120810#InternalServerError",
                "The request processing has failed because of an unknown error, exception or failure.",
            ),
            Self::Ses(_) => Reply::rest(500, "InternalFailure", "The request processing has failed."),
            Self::Events(_) => Reply::json(500, "InternalException", "The request processing has failed."),
            Self::External(call) => call.fail(InjectedError::Internal),
            _ => Reply::json(500, "InternalServiceError", "The request processing has failed."),
        }
    }

    pub(super) fn conflict(&self) -> Reply {
        match self {
            Self::DynamoDb(call) => call.conflict(),
            Self::Ses(_) => Reply::rest(409, "ConflictException", "The resource is in use."),
            Self::External(call) => call.fail(InjectedError::Locked),
            _ => Reply::json(400, "ConcurrentModificationException", "The resource is being modified."),
        }
    }

    pub(super) fn unknown(&self) -> Reply {
        let message = format!("the local stack does not support {}", self.operation());
        Reply::json(400, "UnknownOperationException", &message)
    }
}
