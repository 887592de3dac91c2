//! The host's endpoint with fixed responses: it accepts every event, except those whose ID asks for
//! another status.

use std::future::ready;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Method, Request, Response, StatusCode};
use sim::external::{ExternalService, InjectedError};

/// Header with the ID of the message.
const ID: &str = "webhook-id";

/// An endpoint that responds with 204, or with 500 to an ID that ends with `/500`.
#[derive(Debug)]
pub(crate) struct HostApi;

impl ExternalService for HostApi {
    fn name(&self) -> &'static str {
        "host"
    }

    fn origin(&self) -> &str {
        "https://app.example.com"
    }

    fn operation(&self, method: &Method, path: &str) -> String {
        format!("{method} {path}")
    }

    fn handle(&self, request: Request<Bytes>) -> BoxFuture<'static, Option<Response<Bytes>>> {
        let fails = request.headers().get(ID).is_some_and(|id| id.as_bytes().ends_with(b"/500"));
        let status = if fails { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::NO_CONTENT };
        Box::pin(ready(Some(with_status(status))))
    }

    fn fail(&self, _error: InjectedError) -> Response<Bytes> {
        with_status(StatusCode::SERVICE_UNAVAILABLE)
    }
}

fn with_status(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}
