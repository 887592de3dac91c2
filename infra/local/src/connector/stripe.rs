//! Stripe: the one service outside AWS that a function calls.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use axum::body::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};

use super::reply::Reply;
use crate::stripe_mock::{self, Disturbance, StripeMock};

/// Where Stripe's API is.
const ORIGIN: &str = "https://api.stripe.com";

/// One call.
pub(super) struct StripeCall {
    pub(super) operation: String,
    request: Request<Bytes>,
}

impl StripeCall {
    /// The call, if the request is for Stripe.
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

/// The answer to a call that goes wrong on purpose.
pub(super) fn disturbed(kind: Disturbance) -> Reply {
    let (status, body) = kind.into_response();
    let mut response = Response::new(Bytes::from(body.to_string()));
    if let Ok(status) = StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Reply::outside(response)
}
