//! The control interface under `/_local`, and everything else to the gateway.
//!
//! `settle` answers `{"settled": true}` once nothing is runnable now. A stream whose batch keeps failing is not: it
//! rests until a later try, and the answer names it under `waiting`, which is left out when nothing waits.

mod clock;
mod delivery;
mod description;
mod dynamodb;
mod guard;
mod look;
mod plan;
mod response;

use std::future::ready;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use http::StatusCode;
use serde_json::{Value, json};

use crate::console::{self, Console};
use crate::gateway::Gateway;
use crate::stripe;
use crate::system::System;
use response::{json as answer_json, refuse};

/// A little more than the gateway takes, so that it can say so itself.
const READ_LIMIT: usize = 11 * 1024 * 1024;

type Shared = State<Arc<System>>;

/// Control interface, console, Stripe's events, and the gateway behind them.
pub(crate) fn router(system: &Arc<System>, sender: stripe::Sender) -> Router {
    let cloud = Arc::clone(&system.cloud);
    let organizations: console::Organizations = Arc::new(move || {
        Box::pin(ready(console::organizations(&cloud.engine.items(None), cloud.clock.now())))
    });
    let stripe = system.cloud.stripe.origin().to_owned();
    let console = Console { organizations, functions: system.fleet.names(), stripe };
    let local = Router::new()
        .route("/_local/health", get(async || answer_json(&json!({"status": "ok"}))))
        .route("/_local/openapi.json", get(description::read))
        .route("/_local/mail", get(look::mail).delete(look::empty_mail))
        .route("/_local/clock", get(clock::read).post(clock::turn))
        .route("/_local/settle", post(settle))
        .route("/_local/invoke/{function}", post(invoke))
        .route("/_local/events", get(look::events).post(look::put_event))
        .route("/_local/calls", get(look::calls))
        .route("/_local/permissions", get(look::permissions))
        .route("/_local/faults", get(plan::read).post(plan::replace).delete(plan::clear))
        .route("/_local/table", get(look::table))
        .route("/_local/dynamodb", post(dynamodb::call))
        .route("/_local/dead-letters", get(look::dead_letters))
        .route("/_local/stripe/delivery", get(delivery::read).post(delivery::choose))
        .route("/_local/stripe/release", post(delivery::release))
        .route("/_local/reset", post(reset))
        .route("/_local/{*path}", get(unknown).post(unknown).merge(delete(unknown)))
        .with_state(Arc::clone(system))
        .merge(console::router(console))
        .merge(stripe::router(sender))
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(READ_LIMIT))
        .layer(from_fn(guard::keep_strangers_out));
    let gateway = Router::new().fallback(through_gateway).with_state(Arc::clone(&system.gateway));
    local.merge(gateway)
}

async fn through_gateway(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // A body beyond the limit is cut off here, still too long for the gateway, which answers 413.
    let body = match to_bytes(body, READ_LIMIT).await {
        Ok(body) => body,
        Err(_) => Bytes::from(vec![0; READ_LIMIT]),
    };
    gateway.handle(http::Request::from_parts(parts, body)).await.map(Body::from)
}

async fn settle(State(system): Shared) -> Response {
    let waiting = system.settle().await;
    let mut answer = json!({"settled": true});
    if let (false, Some(answer)) = (waiting.is_empty(), answer.as_object_mut()) {
        answer.insert("waiting".to_owned(), json!(waiting));
    }
    answer_json(&answer)
}

async fn reset(State(system): Shared) -> Response {
    match system.reset().await {
        Ok(()) => answer_json(&json!({"reset": true})),
        Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, [error.to_string()]),
    }
}

async fn invoke(State(system): Shared, Path(function): Path<String>, body: Bytes) -> Response {
    if !system.fleet.names().contains(&function) {
        let known =
            format!("no function is called {function}; there are {}", system.fleet.names().join(", "));
        return refuse(StatusCode::NOT_FOUND, [known]);
    }
    let payload = match serde_json::from_slice(&body) {
        Ok(payload) => payload,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, [format!("the event is not JSON: {error}")]),
    };
    match system.fleet.invoke(&function, payload).await.answer {
        Ok(answer) => response::json_text(answer.get().to_owned()),
        // As the Invoke API says it: 200, with the function's failure in a header.
        Err(failure) => {
            ([("x-amz-function-error", "Unhandled")], answer_json(&failure.payload())).into_response()
        }
    }
}

async fn unknown(request: Request) -> Response {
    refuse(StatusCode::NOT_FOUND, [format!("the control interface has no {}", request.uri().path())])
}

async fn wrong_method(request: Request) -> Response {
    let what = format!("{} does not take {}", request.uri().path(), request.method());
    refuse(StatusCode::METHOD_NOT_ALLOWED, [what])
}

/// A JSON body, or the refusal to send.
fn parse(body: &[u8]) -> Result<Value, Box<Response>> {
    serde_json::from_slice(body).map_err(|error| {
        Box::new(refuse(StatusCode::BAD_REQUEST, [format!("the body is not JSON: {error}")]))
    })
}
