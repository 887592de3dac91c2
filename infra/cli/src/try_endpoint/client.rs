//! Makes signed calls to the endpoint: as Onramp makes them, or with one fault.

use std::time::Duration;

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use domain::provisioning::StepKey;
use host_auth::webhook::WebhookSecrets;
use host_endpoint::{EndpointUrl, HostEndpoint, SignedCall};
use jiff::SignedDuration;
use runtime::{Clock, OutboundHttp, Rng};
use tokio::time::timeout;

use super::{judge::Reply, message::Message};

/// A well-formed signature that belongs to no call.
const OTHER_SIGNATURE: &str = "v1,dGhpcyBpcyB0aGUgc2lnbmF0dXJlIG9mIG5vIGNhbGw=";

/// The endpoint that is tested, and how it is called.
pub struct Target {
    /// URL of the endpoint.
    pub url: EndpointUrl,
    /// Secrets that the endpoint knows.
    pub secrets: WebhookSecrets,
    /// The step that is called.
    pub step: StepKey,
    /// Maximum duration of one call.
    pub timeout: Duration,
    /// HTTP client that makes the calls.
    pub http: OutboundHttp,
    /// Clock for the times of signatures.
    pub clock: Clock,
    /// Source of the ids of made-up organizations.
    pub entropy: Rng,
}

/// What is unusual about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Twist {
    Nothing,
    WrongSignature,
    /// As during a rotation: the signature of an unknown secret precedes the right one.
    TwoSignatures,
    /// The call was signed this long ago.
    Age(SignedDuration),
    /// The signature belongs to another body.
    ChangedBody,
    Without(&'static str),
}

/// Client of one endpoint.
pub(super) struct Client<'a> {
    target: &'a Target,
    connector: SharedHttpConnector,
}

impl<'a> Client<'a> {
    pub(super) fn new(target: &'a Target) -> Self {
        let http = &target.http;
        let connector = if target.url.is_loopback() { http.connector() } else { http.public_connector() };
        Self { target, connector }
    }

    /// Makes a call, with a twist or without.
    pub(super) async fn send(&self, message: &Message, twist: Twist) -> Reply {
        let Target { url, secrets, timeout, clock, .. } = self.target;
        let now = clock.now();
        let at = match twist {
            Twist::Age(age) => now.checked_sub(age).unwrap_or(now),
            _ => now,
        };
        let right = secrets.sign(&message.id, at, &message.body);
        let signature = match twist {
            Twist::WrongSignature => OTHER_SIGNATURE.to_owned(),
            Twist::TwoSignatures => format!("{OTHER_SIGNATURE} {right}"),
            _ => right,
        };
        let changed = String::from_utf8_lossy(&message.body).replace("\"attempt\":1", "\"attempt\":2");
        let body = if twist == Twist::ChangedBody { changed.as_bytes() } else { &message.body };
        let http = match twist {
            Twist::Without(header) => {
                SharedHttpConnector::new(Without { header, connector: self.connector.clone() })
            }
            _ => self.connector.clone(),
        };
        let call = SignedCall { id: &message.id, timestamp: at.as_second(), signature: &signature, body };
        HostEndpoint::new(url.clone(), &OutboundHttp::new(http)).post(call, *timeout).await
    }

    /// Makes a correct call, and closes the connection after `wait`.
    pub(super) async fn abandon(&self, message: &Message, wait: Duration) {
        drop(timeout(wait, self.send(message, Twist::Nothing)).await);
    }
}

/// Connector that leaves a header out.
#[derive(Debug)]
struct Without {
    header: &'static str,
    connector: SharedHttpConnector,
}

impl HttpConnector for Without {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        request.headers_mut().remove(self.header);
        self.connector.call(request)
    }
}
