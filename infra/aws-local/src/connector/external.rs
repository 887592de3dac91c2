//! Calls to services outside AWS.

use std::{sync::Arc, time::Instant};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use axum::body::Bytes;
use http::Request;
use sim::external::{ExternalService, InjectedError};

use super::reply::Reply;

pub(super) struct ExternalCall {
    pub(super) operation: String,
    service: Arc<dyn ExternalService>,
    request: Request<Bytes>,
}

impl ExternalCall {
    /// Parses a request. Returns `None` if it is not for one of `services`.
    pub(super) fn new(request: &HttpRequest, services: &[Arc<dyn ExternalService>]) -> Option<Self> {
        let path_at = |origin| request.uri().strip_prefix(origin).filter(|path| path.starts_with('/'));
        let (service, path) =
            services.iter().find_map(|service| Some((service, path_at(service.origin())?)))?;
        let body = Bytes::copy_from_slice(request.body().bytes().unwrap_or_default());
        let mut builder = Request::builder().method(request.method()).uri(path);
        for (name, value) in request.headers() {
            builder = builder.header(name, value);
        }
        let request = builder.body(body).ok()?;
        let operation = service.operation(request.method(), request.uri().path());
        Some(Self { operation, service: Arc::clone(service), request })
    }

    pub(super) fn service(&self) -> &'static str {
        self.service.name()
    }

    /// Returns `None` if nothing listens at the address.
    pub(super) async fn perform(&self) -> Option<Reply> {
        self.service.handle(self.request.clone()).await.map(Reply::outside)
    }

    /// Returns the outcome of the call, without a response yet.
    pub(super) fn outcome(&self) -> Outcome<'_> {
        Outcome { call: self, started: Instant::now(), status: None }
    }

    /// Returns the response of an injected error.
    pub(super) fn fail(&self, error: InjectedError) -> Reply {
        Reply::outside(self.service.fail(error))
    }
}

/// Outcome of a call. It is reported to the service when this value is dropped, so also if the caller
/// stops waiting.
pub(super) struct Outcome<'a> {
    call: &'a ExternalCall,
    started: Instant,
    /// Status of the response. `None` without a response.
    pub(super) status: Option<u16>,
}

impl Drop for Outcome<'_> {
    fn drop(&mut self) {
        self.call.service.observe(&self.call.request, self.status, self.started.elapsed());
    }
}
