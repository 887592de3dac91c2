//! The host's endpoint, as the functions reach it, with a log of all calls.

use std::{
    fmt,
    future::ready,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::body::Bytes;
use futures_util::future::BoxFuture;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sim::{
    append_log::AppendLog,
    clock::LocalClock,
    external::{ExternalService, HttpSend, InjectedError},
};

/// Maximum size of a response that is passed on.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// A call to the host's endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct HostCall {
    /// Value of the header `webhook-id`.
    pub id: String,
    /// Type of the message.
    pub r#type: String,
    /// Organization that the message is about.
    pub organization_id: Option<String>,
    /// URL of the endpoint.
    pub url: String,
    /// Number of the call among those with the same ID, from 1.
    pub attempt: usize,
    /// HTTP status. `None` without a response.
    pub status: Option<u16>,
    /// Duration of the call in milliseconds.
    pub ms: u64,
    /// End of the call by the local clock.
    pub at: Timestamp,
}

/// The host's endpoint. By default, calls go to its port on this machine.
pub struct HostEndpoint {
    url: String,
    origin: String,
    clock: Arc<LocalClock>,
    calls: AppendLog<HostCall>,
    handler: Mutex<Option<HttpSend>>,
}

impl HostEndpoint {
    /// Creates the endpoint. `folder` stores the calls.
    pub(crate) fn open(
        url: &str,
        clock: Arc<LocalClock>,
        folder: Option<&std::path::Path>,
    ) -> std::io::Result<Self> {
        let authority = url.find("://").map_or(0, |at| at + "://".len());
        let end = url.get(authority..).and_then(|rest| rest.find(['/', '?']));
        let origin = end.and_then(|end| url.get(..authority + end)).unwrap_or(url).to_owned();
        let calls = AppendLog::open(folder, "host_calls.jsonl")?;
        Ok(Self { url: url.to_owned(), origin, clock, calls, handler: Mutex::default() })
    }

    /// Answers all further calls inside the process.
    pub fn answer_with(&self, handler: HttpSend) {
        *self.handler.lock().unwrap_or_else(PoisonError::into_inner) = Some(handler);
    }

    /// Returns all calls, oldest first.
    pub fn calls(&self) -> Vec<HostCall> {
        self.calls.all()
    }

    /// Deletes all calls from the log.
    pub(crate) fn clear(&self) {
        self.calls.clear();
    }
}

impl ExternalService for HostEndpoint {
    fn name(&self) -> &'static str {
        "host"
    }

    fn origin(&self) -> &str {
        &self.origin
    }

    fn operation(&self, method: &Method, path: &str) -> String {
        format!("{method} {path}")
    }

    fn handle(&self, request: Request<Bytes>) -> BoxFuture<'static, Option<Response<Bytes>>> {
        let handler = self.handler.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(handler) = handler {
            return Box::pin(async move { Some(handler(request).await) });
        }
        // The local stack makes no request over the network.
        match self.origin.starts_with("http://") {
            true => Box::pin(over_port(format!("{}{}", self.origin, request.uri()), request)),
            false => Box::pin(ready(None)),
        }
    }

    fn observe(&self, request: &Request<Bytes>, status: Option<u16>, duration: Duration) {
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let header = request.headers().get("webhook-id").and_then(|id| id.to_str().ok());
        let id = header.unwrap_or_default().to_owned();
        let attempt = self.calls.all().iter().filter(|call| call.id == id).count() + 1;
        self.calls.push(HostCall {
            id,
            r#type: text("/type").unwrap_or_default(),
            organization_id: text("/data/organization_id").or_else(|| text("/organization/id")),
            url: self.url.clone(),
            attempt,
            status,
            ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            at: self.clock.now(),
        });
    }

    fn fail(&self, error: InjectedError) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = match error {
            InjectedError::Throttled => StatusCode::TOO_MANY_REQUESTS,
            InjectedError::Locked => StatusCode::CONFLICT,
            InjectedError::Forbidden => StatusCode::FORBIDDEN,
            InjectedError::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        response
    }
}

/// Sends a request to a port on this machine. Returns `None` without a response.
async fn over_port(url: String, request: Request<Bytes>) -> Option<Response<Bytes>> {
    let (mut parts, body) = request.into_parts();
    parts.uri = url.parse().ok()?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(Request::from_parts(parts, Full::new(body))).await.ok()?;
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, MAX_BODY_BYTES).collect().await.ok()?.to_bytes();
    Some(Response::from_parts(parts, body))
}

impl fmt::Debug for HostEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostEndpoint").field("url", &self.url).finish_non_exhaustive()
    }
}
