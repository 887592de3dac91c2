//! `/_local/faults`: reads, replaces, and clears the plan of injected faults.

use axum::{body::Bytes, extract::State, response::Response};
use http::StatusCode;

use super::{Shared, response, response::refuse};
use aws_local::faults::Fault;

pub(super) async fn read(State(system): Shared) -> Response {
    response::json(&system.cloud.faults.plan())
}

pub(super) async fn replace(State(system): Shared, body: Bytes) -> Response {
    let plan: Vec<Fault> = match serde_json::from_slice(&body) {
        Ok(plan) => plan,
        Err(error) => {
            return refuse(StatusCode::BAD_REQUEST, [format!("the plan must be a list of faults: {error}")]);
        }
    };
    match system.cloud.faults.replace(plan, &system.fleet.names()) {
        Ok(()) => response::json(&system.cloud.faults.plan()),
        Err(faults) => refuse(StatusCode::BAD_REQUEST, faults),
    }
}

pub(super) async fn clear(State(system): Shared) -> Response {
    system.cloud.faults.clear();
    response::json(&system.cloud.faults.plan())
}
