//! Local HTTP API of API Gateway: converts a request to an event for the function of the route, and
//! the function's result to a response.
//!
//! Safari drops `Secure` cookies on `http://localhost`. To Safari, the gateway sends the same
//! cookies without `Secure`.

mod event;
mod insecure;
mod response;
mod route;

use std::sync::Arc;

use axum::body::Bytes;
pub use event::IncomingRequest;
use http::{HeaderValue, Request, Response, StatusCode, header};
pub use route::Router;

use crate::{
    invoke::{Failure, Fleet},
    template::Route,
};
use sim::{clock::LocalClock, random};

/// API Gateway's limit for a request body.
const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

/// API Gateway's limit for the request line and the headers together.
const MAX_HEADER_BYTES: usize = 10_240;

/// The function that handled a request. The gateway adds it to the extensions of the response.
#[derive(Debug, Clone)]
pub struct Served {
    /// Name of the function.
    pub function: String,
    /// Path pattern of the route, such as `/login/{token}`.
    pub pattern: String,
    /// Request ID of the invocation, as in the call log.
    pub request_id: String,
    /// Why the function returned no response.
    pub failure: Option<Failure>,
}

/// Called with each request that a function handled, and with the status of the response.
pub type Observer = Arc<dyn Fn(&Request<Bytes>, StatusCode) + Send + Sync>;

/// The HTTP API in front of the functions.
pub struct Gateway {
    router: Router,
    fleet: Arc<Fleet>,
    clock: Arc<LocalClock>,
    observer: Observer,
}

impl Gateway {
    /// Creates a gateway for the template's routes.
    pub fn new(routes: &[Route], fleet: Arc<Fleet>, clock: Arc<LocalClock>, observer: Observer) -> Self {
        Self { router: Router::new(routes), fleet, clock, observer }
    }

    /// Handles one request and returns the response of the function or of the gateway.
    pub async fn handle(&self, mut request: Request<Bytes>) -> Response<Bytes> {
        if request.body().len() > MAX_BODY_BYTES {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        if header_bytes(&request) > MAX_HEADER_BYTES {
            return message(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large");
        }
        let Some(matched) = self.router.find(request.method().as_str(), request.uri().path()) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let drops_secure = insecure::drops_secure(request.headers());
        if drops_secure {
            insecure::restore_names(&mut request);
        }
        let gateway_id = random::uuid();
        let incoming = IncomingRequest {
            request: &request,
            matched: &matched,
            request_id: &gateway_id,
            now: self.clock.now(),
        };
        let Ok(payload) = serde_json::value::to_raw_value(&incoming.event()) else {
            return message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
        };
        let invoked = self.fleet.invoke(matched.function, payload).await;
        let (payload, failure) = match invoked.result {
            Ok(payload) => (Some(payload), None),
            Err(failure) => (None, Some(failure)),
        };
        let returned = payload.and_then(|payload| response::response(payload.get()));
        if let Some(response) = &returned {
            (self.observer)(&request, response.status());
        }
        let mut response =
            returned.unwrap_or_else(|| message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"));
        if drops_secure {
            insecure::drop_secure(&mut response);
        }
        if let Ok(id) = HeaderValue::from_str(&gateway_id) {
            response.headers_mut().insert("apigw-requestid", id);
        }
        response.extensions_mut().insert(Served {
            function: matched.function.to_owned(),
            pattern: matched.route_key.split(' ').next_back().unwrap_or_default().to_owned(),
            request_id: invoked.request_id,
            failure,
        });
        response
    }
}

/// Returns the length of the request line and the headers in their HTTP/1.1 form.
fn header_bytes(request: &Request<Bytes>) -> usize {
    let line = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri()).len();
    let headers =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    line + headers.sum::<usize>()
}

/// Creates an error response of the gateway itself.
fn message(status: StatusCode, text: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(serde_json::json!({"message": text}).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
