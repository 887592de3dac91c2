//! HTTP client that the functions use for AWS and for services outside AWS. It handles all calls inside
//! the process.
//!
//! Each function has its own connector. For each call, the connector checks the permissions of the
//! function's role. If the role allows the call, the connector injects the fault that the fault
//! plan selects, or else forwards the call to the local service. The call log records every call,
//! also a denied one.

mod call;
mod cloud;
mod context;
mod dynamodb;
mod events;
mod external;
mod reply;
mod secrets;
mod ses;
mod sqs;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use call::{SdkCall, parse};
pub use cloud::Cloud;
use reply::Reply;

use crate::{
    calls::Call,
    faults::Kind,
    iam::{Statement, authorize},
    invoke,
};

/// Performs an SQS call of a developer's tool, which needs no permission and is not in the call log.
/// Returns the HTTP status and the body.
pub fn call_sqs(cloud: &Cloud, operation: &str, body: &[u8]) -> (u16, String) {
    sqs::call(cloud, operation, body)
}

/// HTTP client of all SDK clients of one function.
#[derive(Debug, Clone)]
pub struct Connector {
    function: Arc<str>,
    statements: Arc<[Statement]>,
    cloud: Arc<Cloud>,
    read_timeout: Option<Duration>,
}

impl Connector {
    /// Creates the connector of a function with the IAM statements of its role.
    pub fn new(function: &str, statements: &[Statement], cloud: Arc<Cloud>) -> Self {
        Self { function: function.into(), statements: statements.into(), cloud, read_timeout: None }
    }

    async fn respond(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let started = Instant::now();
        let at = self.cloud.clock.now();
        let call = parse(&request, &self.cloud.external);
        let needs = call.needs();
        let allowed = authorize(&self.statements, &needs);
        self.cloud.iam_usage.record(&self.function, &needs);
        if allowed.is_ok() {
            self.cloud.permissions.mark(&self.function, &self.statements, &needs);
        }
        let allowed_by = match call {
            SdkCall::External(_) => Some("outside AWS".to_owned()),
            _ => allowed.as_ref().ok().map(|names| names.join(", ")),
        };
        let mut outcome = match &call {
            SdkCall::External(external) => Some(external.outcome()),
            _ => None,
        };
        let fault = self.cloud.faults.injected_fault(&self.function, call.service(), call.operation());
        let result = match (allowed, fault) {
            (Err(need), _) => Ok(call.denied(&self.function, &need.action, &need.resource)),
            (Ok(_), Some(kind)) => self.inject(&call, kind).await,
            (Ok(_), None) => self.perform(&call).await,
        };
        if let Some(outcome) = &mut outcome {
            outcome.status = result.as_ref().ok().map(Reply::status);
        }
        self.cloud.calls.record(Call {
            seq: 0,
            at,
            function: self.function.to_string(),
            request_id: invoke::current_request_id(),
            service: call.service().to_owned(),
            operation: call.operation().to_owned(),
            consistent: call.consistent(),
            ms: (started.elapsed().as_secs_f64() * 1e6).round() / 1e3,
            allowed_by,
        });
        match result {
            Ok(reply) => reply.into_response(),
            Err(NoResponse::NotConnected) => {
                Err(ConnectorError::io("connection refused (injected)".into()).never_connected())
            }
            Err(NoResponse::ConnectionLost) => {
                Err(ConnectorError::io("connection reset before the response (injected)".into()))
            }
            Err(NoResponse::Timeout) => {
                match self.read_timeout {
                    Some(limit) => tokio::time::sleep(limit).await,
                    None => std::future::pending().await,
                }
                Err(ConnectorError::timeout("no response (injected)".into()))
            }
        }
    }

    async fn perform(&self, call: &SdkCall) -> Result<Reply, NoResponse> {
        Ok(match call {
            SdkCall::DynamoDb(call) => call.perform(&self.cloud.engine),
            SdkCall::Ses(call) => call.perform(&self.cloud),
            SdkCall::Events(call) => call.perform(&self.cloud, false),
            SdkCall::Secrets(call) => call.perform(&self.cloud.secrets),
            SdkCall::Sqs(call) => call.perform(&self.cloud),
            SdkCall::External(call) => call.perform().await.ok_or(NoResponse::NotConnected)?,
            SdkCall::Unknown { .. } => call.unknown(),
        })
    }

    async fn inject(&self, call: &SdkCall, kind: Kind) -> Result<Reply, NoResponse> {
        match kind {
            Kind::Throttle => Ok(call.throttled()),
            Kind::Error500 => Ok(call.failed()),
            Kind::Conflict => Ok(call.conflict()),
            Kind::AccessDenied => Ok(call.denied(&self.function, call.operation(), "*")),
            Kind::Partial => match call {
                SdkCall::DynamoDb(call) => Ok(call.perform_partial(&self.cloud.engine)),
                SdkCall::Events(call) => Ok(call.perform(&self.cloud, true)),
                _ => self.perform(call).await,
            },
            Kind::Hang => Err(NoResponse::Timeout),
            Kind::Reset => Err(NoResponse::NotConnected),
            Kind::ReplyLost => {
                self.perform(call).await?;
                Err(NoResponse::ConnectionLost)
            }
            Kind::Crash => {
                invoke::crash().await;
                Err(NoResponse::NotConnected)
            }
            Kind::CrashAfter => {
                self.perform(call).await?;
                invoke::crash().await;
                Err(NoResponse::ConnectionLost)
            }
        }
    }
}

/// Reason why a call gets no response.
enum NoResponse {
    /// The connection was refused, so the request was not sent.
    NotConnected,
    /// The connection broke after the request was sent.
    ConnectionLost,
    /// The service never responds.
    Timeout,
}

impl HttpClient for Connector {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Self { read_timeout: settings.read_timeout(), ..self.clone() })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().respond(request))
    }
}
