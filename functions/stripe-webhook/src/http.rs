//! `POST /billing/webhooks/stripe`.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;
use stripe::Refused;
use telemetry::Metric;
use web::{Problem, Profile, problem::Kind};

use crate::App;

/// The largest body that is read, in bytes. Stripe's events stay well below it.
const LARGEST: usize = 256 * 1024;

const PATH: &str = "/billing/webhooks/stripe";

pub fn router(app: Arc<App>) -> Router {
    // The size is judged by the handler, so that the answer is one of ours.
    let routes = Router::new().route(PATH, post(webhook).layer(DefaultBodyLimit::disable())).with_state(app);
    // Stripe is another site, and its signature says more than any origin.
    web::harden(routes, Profile::api().exempting(&[PATH]))
}

async fn webhook(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    if body.len() > LARGEST {
        return Err(Problem::new(Kind::TooLarge, "An event has at most 256 KiB."));
    }
    // Repeated headers are joined as the gateway joins them, so that two of them are never half read.
    let values: Vec<_> =
        headers.get_all("stripe-signature").iter().filter_map(|value| value.to_str().ok()).collect();
    let header = (!values.is_empty()).then(|| values.join(","));
    let authentic =
        app.secrets.verify(header.as_deref(), &body).await.map_err(|refused| refuse(&app, refused))?;
    let taken = app.take_in(authentic).await.map_err(|error| {
        Problem::internal().because(format_args!("a webhook event could not be made durable: {error}"))
    })?;
    Ok(Json(json!({ "received": true, "outcome": taken.as_str() })).into_response())
}

fn refuse(app: &App, refused: Refused) -> Problem {
    let now = app.clock.now();
    match refused {
        Refused::NoSecret => {
            telemetry::count(Metric::WebhookUnconfigured, 1, now);
            Problem::internal().because(refused)
        }
        _ => {
            telemetry::count(Metric::WebhookRefused, 1, now);
            Problem::bad_request("The signature does not fit this body.").because(refused)
        }
    }
}
