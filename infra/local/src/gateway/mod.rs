//! API Gateway's HTTP API: a request becomes an event, an event's answer a response.

mod event;
mod insecure;
mod response;
mod route;

use std::sync::Arc;

use axum::body::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};

use crate::clock::LocalClock;
use crate::invoke::Fleet;
use crate::random;
use crate::stripe::WEBHOOK_PATH;
use crate::stripe_mock::StripeMock;
use crate::template::Route;

pub use event::IncomingRequest;
pub use route::Router;

/// The service's limit of a request's body.
const MOST_BYTES: usize = 10 * 1024 * 1024;

/// The service's limit of a request's line and headers together.
const MOST_HEADER_BYTES: usize = 10_240;

/// Which function answered, in the extensions of a response.
#[derive(Debug, Clone)]
pub struct Served {
    /// The function's name.
    pub function: String,
    /// The route's pattern, such as `/login/{token}`.
    pub pattern: String,
    /// The invocation, as the call log has it.
    pub request_id: String,
}

/// The HTTP API in front of the functions.
#[derive(Debug)]
pub struct Gateway {
    router: Router,
    fleet: Arc<Fleet>,
    clock: Arc<LocalClock>,
    stripe: Arc<StripeMock>,
}

impl Gateway {
    /// A gateway with the template's routes.
    pub fn new(routes: &[Route], fleet: Arc<Fleet>, clock: Arc<LocalClock>, stripe: Arc<StripeMock>) -> Self {
        Self { router: Router::new(routes), fleet, clock, stripe }
    }

    /// Answers one request.
    pub async fn handle(&self, mut request: Request<Bytes>) -> Response<Bytes> {
        if request.body().len() > MOST_BYTES {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        if header_bytes(&request) > MOST_HEADER_BYTES {
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
        let arrival = IncomingRequest {
            request: &request,
            matched: &matched,
            request_id: &gateway_id,
            now: self.clock.now(),
        };
        let Ok(payload) = serde_json::value::to_raw_value(&arrival.event()) else {
            return message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
        };
        let invoked = self.fleet.invoke(matched.function, payload).await;
        let answered = invoked.answer.ok().and_then(|answer| response::response(answer.get()));
        if request.uri().path() == WEBHOOK_PATH
            && answered.as_ref().is_some_and(|it| it.status() == StatusCode::OK)
        {
            self.stripe.witness(request.body());
        }
        let mut response =
            answered.unwrap_or_else(|| message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"));
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
        });
        response
    }
}

/// The length of the request's line and headers as HTTP/1.1 writes them.
fn header_bytes(request: &Request<Bytes>) -> usize {
    let line = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri()).len();
    let headers =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    line + headers.sum::<usize>()
}

/// An answer of the gateway's own.
fn message(status: StatusCode, text: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(serde_json::json!({"message": text}).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
