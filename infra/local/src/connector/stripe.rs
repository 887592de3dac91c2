//! Stripe: the only service outside AWS that functions call.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use axum::body::Bytes;
use http::{
    Request, Response, StatusCode,
    header::{CONTENT_TYPE, HeaderValue},
};

use super::reply::Reply;
use crate::stripe_mock::{self, InjectedError, StripeMock};

/// Origin of Stripe's API.
const ORIGIN: &str = "https://api.stripe.com";

pub(super) struct StripeCall {
    pub(super) operation: String,
    request: Request<Bytes>,
}

impl StripeCall {
    /// Parses a request. Returns `None` if it is not for Stripe's API.
    pub(super) fn new(request: &HttpRequest) -> Option<Self> {
        let path = request.uri().strip_prefix(ORIGIN).filter(|path| path.starts_with('/'))?;
        let body = Bytes::copy_from_slice(request.body().bytes().unwrap_or_default());
        let mut builder = Request::builder().method(request.method()).uri(path);
        for (name, value) in request.headers() {
            builder = builder.header(name, value);
        }
        let request = builder.body(body).ok()?;
        Some(Self { operation: stripe_mock::operation(request.method(), request.uri().path()), request })
    }

    pub(super) fn perform(&self, stripe_mock: &StripeMock) -> Reply {
        Reply::outside(stripe_mock.handle(&self.request))
    }
}

/// Returns the response of an injected error.
pub(super) fn injected(error: InjectedError) -> Reply {
    let (status, body) = error.into_response();
    let mut response = Response::new(Bytes::from(body.to_string()));
    if let Ok(status) = StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Reply::outside(response)
}
