//! The one connector: a function's SDK calls, answered inside the process.
//!
//! Every function has its own, so each call is known by its function: it is checked against that function's
//! role, recorded, disturbed by the faults in force, and then routed to the engine, the mailbox, the bus or
//! the secrets.

mod call;
mod dynamodb;
mod events;
mod reply;
mod secrets;
mod ses;
mod sqs;
mod stripe;

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::bus::Bus;
use crate::calls::{Call, Calls};
use crate::clock::LocalClock;
use crate::dead_letters::DeadLetters;
use crate::engine::Engine;
use crate::faults::{Faults, Kind};
use crate::iam::{Statement, authorize};
use crate::iam_usage_log::IamUsageLog;
use crate::invoke;
use crate::mailbox::Mailbox;
use crate::permissions::Permissions;
use crate::secrets::Secrets;
use crate::stripe_mock::StripeMock;
use call::{AwsCall, parse};
use reply::Reply;

/// What all connectors share: the services behind them and the log.
#[derive(Debug)]
pub struct Cloud {
    /// DynamoDB.
    pub engine: Engine,
    /// SES.
    pub mailbox: Mailbox,
    /// EventBridge.
    pub bus: Bus,
    /// Secrets Manager.
    pub secrets: Secrets,
    /// Stripe.
    pub stripe: Arc<StripeMock>,
    /// The local time.
    pub clock: Arc<LocalClock>,
    /// The log of calls.
    pub calls: Calls,
    /// The faults in force.
    pub faults: Faults,
    /// The dead-letter queue, in SQS.
    pub dead_letters: Arc<DeadLetters>,
    /// What the roles allow, and what of it was used.
    pub permissions: Permissions,
    /// What all calls needed.
    pub ledger: IamUsageLog,
}

/// The HTTP client that a function's SDK clients share.
#[derive(Debug, Clone)]
pub struct Connector {
    function: Arc<str>,
    statements: Arc<[Statement]>,
    cloud: Arc<Cloud>,
    read_timeout: Option<Duration>,
}

impl Connector {
    /// The connector of one function.
    pub fn new(function: &str, statements: &[Statement], cloud: Arc<Cloud>) -> Self {
        Self { function: function.into(), statements: statements.into(), cloud, read_timeout: None }
    }

    async fn respond(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let started = Instant::now();
        let at = self.cloud.clock.now();
        let call = parse(&request);
        let needs = call.needs();
        let allowed = authorize(&self.statements, &needs);
        self.cloud.ledger.note(&self.function, &needs);
        if allowed.is_ok() {
            self.cloud.permissions.mark(&self.function, &self.statements, &needs);
        }
        let allowed_by = match call {
            AwsCall::Stripe(_) => Some("outside AWS".to_owned()),
            _ => allowed.as_ref().ok().map(|names| names.join(", ")),
        };
        let fault = self.cloud.faults.strike(&self.function, call.service(), call.operation());
        let result = match (allowed, fault) {
            (Err(need), _) => Ok(call.denied(&self.function, &need.action, &need.resource)),
            (Ok(_), Some(kind)) => self.disturbed(&call, kind).await,
            (Ok(_), None) => Ok(self.perform(&call)),
        };
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
            Err(Lost::Reset) => {
                Err(ConnectorError::io("connection refused (injected)".into()).never_connected())
            }
            Err(Lost::Reply) => {
                Err(ConnectorError::io("connection reset before the answer (injected)".into()))
            }
            Err(Lost::Silence) => {
                match self.read_timeout {
                    Some(limit) => tokio::time::sleep(limit).await,
                    None => std::future::pending().await,
                }
                Err(ConnectorError::timeout("no answer (injected)".into()))
            }
        }
    }

    fn perform(&self, call: &AwsCall) -> Reply {
        match call {
            AwsCall::DynamoDb(call) => call.perform(&self.cloud.engine),
            AwsCall::Ses(call) => call.perform(&self.cloud),
            AwsCall::Events(call) => call.perform(&self.cloud, false),
            AwsCall::Secrets(call) => call.perform(&self.cloud.secrets),
            AwsCall::Sqs(call) => call.perform(&self.cloud.dead_letters),
            AwsCall::Stripe(call) => call.perform(&self.cloud.stripe),
            AwsCall::Unknown { .. } => call.unknown(),
        }
    }

    async fn disturbed(&self, call: &AwsCall, kind: Kind) -> Result<Reply, Lost> {
        match kind {
            Kind::Throttle => Ok(call.throttled()),
            Kind::Error500 => Ok(call.failed()),
            Kind::Conflict => Ok(call.conflict()),
            Kind::AccessDenied => Ok(call.denied(&self.function, call.operation(), "*")),
            Kind::Partial => Ok(match call {
                AwsCall::DynamoDb(call) => call.perform_partly(&self.cloud.engine),
                AwsCall::Events(call) => call.perform(&self.cloud, true),
                _ => self.perform(call),
            }),
            Kind::Hang => Err(Lost::Silence),
            Kind::Reset => Err(Lost::Reset),
            Kind::ReplyLost => {
                self.perform(call);
                Err(Lost::Reply)
            }
            Kind::Crash => {
                invoke::crash().await;
                Err(Lost::Reset)
            }
            Kind::CrashAfter => {
                self.perform(call);
                invoke::crash().await;
                Err(Lost::Reply)
            }
        }
    }
}

/// Why no answer comes.
enum Lost {
    /// No connection was made.
    Reset,
    /// The connection broke after the request went out.
    Reply,
    /// Nothing ever comes.
    Silence,
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
