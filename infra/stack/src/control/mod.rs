//! Control interface under `/_local`. All other paths go to the gateway.
//!
//! `POST /_local/settle` responds with `{"settled": true}` when no work can run now. The response
//! does not wait for a stream mapping whose batch keeps failing, because its next attempt starts
//! later. The field `waiting` lists the IDs of these mappings. Without such a mapping, the field is
//! absent.

mod aws;
mod clock;
mod delivery;
mod description;
mod guard;
mod inspect;
mod plan;
mod response;

use std::{future::ready, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{DefaultBodyLimit, Path, Request, State},
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use http::StatusCode;
use response::{json as json_response, refuse};
use serde_json::{Value, json};

use crate::system::System;
use aws_local::gateway::Gateway;
use console::{self, Console};
use stripe_mock::test_events;

/// Maximum size of a request body, in bytes. It is above the gateway's limit, so that the gateway
/// itself rejects a body that is too large for API Gateway.
const READ_LIMIT: usize = 11 * 1024 * 1024;

type Shared = State<Arc<System>>;

/// Builds the router of the control interface, the console, the test events, and the gateway.
pub(crate) fn router(system: &Arc<System>, sender: test_events::Sender) -> Router {
    let cloud = Arc::clone(&system.cloud);
    let organizations: console::Organizations = Arc::new(move || {
        Box::pin(ready(console::organizations(&cloud.engine.items(None), cloud.clock.now())))
    });
    let stripe = system.stripe.origin().to_owned();
    let console = Console { organizations, functions: system.fleet.names(), stripe };
    let local = Router::new()
        .route("/_local/health", get(async || json_response(&json!({"status": "ok"}))))
        .route("/_local/openapi.json", get(description::read))
        .route("/_local/mail", get(inspect::mail).delete(inspect::empty_mail))
        .route("/_local/clock", get(clock::read).post(clock::set))
        .route("/_local/settle", post(settle))
        .route("/_local/invoke/{function}", post(invoke))
        .route("/_local/events", get(inspect::events).post(inspect::put_event))
        .route("/_local/calls", get(inspect::calls))
        .route("/_local/permissions", get(inspect::permissions))
        .route("/_local/faults", get(plan::read).post(plan::replace).delete(plan::clear))
        .route("/_local/table", get(inspect::table))
        .route("/_local/dynamodb", post(aws::dynamodb))
        .route("/_local/sqs", post(aws::sqs))
        .route("/_local/webhooks", get(inspect::webhooks))
        .route("/_local/dead-letters", get(inspect::dead_letters))
        .route("/_local/stripe/delivery", get(delivery::read).post(delivery::choose))
        .route("/_local/stripe/release", post(delivery::release))
        .route("/_local/reset", post(reset))
        .route("/_local/{*path}", get(unknown).post(unknown).merge(delete(unknown)))
        .with_state(Arc::clone(system))
        .merge(console::router(console))
        .merge(test_events::router(sender))
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(READ_LIMIT))
        .layer(from_fn(guard::reject_cross_site));
    let gateway = Router::new().fallback(through_gateway).with_state(Arc::clone(&system.gateway));
    local.merge(gateway)
}

async fn through_gateway(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // A body above the limit is replaced by one that the gateway rejects with 413.
    let body = match to_bytes(body, READ_LIMIT).await {
        Ok(body) => body,
        Err(_) => Bytes::from(vec![0; READ_LIMIT]),
    };
    gateway.handle(http::Request::from_parts(parts, body)).await.map(Body::from)
}

async fn settle(State(system): Shared) -> Response {
    let waiting = system.settle().await;
    let mut body = json!({"settled": true});
    if let (false, Some(fields)) = (waiting.is_empty(), body.as_object_mut()) {
        fields.insert("waiting".to_owned(), json!(waiting));
    }
    json_response(&body)
}

async fn reset(State(system): Shared) -> Response {
    match system.reset().await {
        Ok(()) => json_response(&json!({"reset": true})),
        Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, [error.to_string()]),
    }
}

async fn invoke(State(system): Shared, Path(function): Path<String>, body: Bytes) -> Response {
    if !system.fleet.names().contains(&function) {
        let names = system.fleet.names().join(", ");
        let message = format!("unknown function {function}; expected one of {names}");
        return refuse(StatusCode::NOT_FOUND, [message]);
    }
    let payload = match serde_json::from_slice(&body) {
        Ok(payload) => payload,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, [format!("the event is not JSON: {error}")]),
    };
    match system.fleet.invoke(&function, payload).await.result {
        Ok(answer) => response::json_text(answer.get().to_owned()),
        // As in Lambda's Invoke API, a function error has status 200 and a header.
        Err(failure) => {
            ([("x-amz-function-error", "Unhandled")], json_response(&failure.payload())).into_response()
        }
    }
}

async fn unknown(request: Request) -> Response {
    refuse(StatusCode::NOT_FOUND, [format!("unknown control path {}", request.uri().path())])
}

async fn wrong_method(request: Request) -> Response {
    let message = format!("{} does not support {}", request.uri().path(), request.method());
    refuse(StatusCode::METHOD_NOT_ALLOWED, [message])
}

/// Parses a JSON body, or returns the error response.
fn parse(body: &[u8]) -> Result<Value, Box<Response>> {
    serde_json::from_slice(body).map_err(|error| {
        Box::new(refuse(StatusCode::BAD_REQUEST, [format!("the body is not JSON: {error}")]))
    })
}
