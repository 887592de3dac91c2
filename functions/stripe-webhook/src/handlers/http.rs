//! `POST /billing/webhooks/stripe`: verifies the signature of an event and ingests it.

use axum::{Json, response::Response};
use lambda_http::Request;
use serde_json::{Value, json};
use stripe::SignatureError;
use telemetry::{LogArea, Metric};
use web::{Problem, SecurityProfile, problem::Kind};

use crate::{App, words};

/// Maximum size of a body, in bytes. Stripe's events are much smaller.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// Handles a request to the webhook.
pub async fn ingest(app: &App, request: &Request) -> Response {
    let outcome = webhook(app, request).await.map_err(|problem| problem.within(LogArea::Webhook));
    web::respond_to_signed(request.extensions(), &SecurityProfile::api(), outcome)
}

async fn webhook(app: &App, request: &Request) -> Result<Json<Value>, Problem> {
    let body = request.body();
    if body.len() > MAX_BODY_BYTES {
        return Err(Problem::new(Kind::TooLarge, words::TOO_LARGE));
    }
    let header = request.headers().get("stripe-signature").and_then(|value| value.to_str().ok());
    let verified = app.secrets.verify(header, body).await.map_err(|error| signature_problem(app, error))?;
    let outcome = app.ingest(verified).await.map_err(|error| {
        Problem::internal().because(format_args!("failed to store webhook event: {error}"))
    })?;
    Ok(Json(json!({ "received": true, "outcome": outcome.as_str() })))
}

fn signature_problem(app: &App, error: SignatureError) -> Problem {
    let now = app.clock.now();
    match error {
        SignatureError::NoKey => {
            telemetry::count(Metric::WebhookSecretMissing, 1, now);
            Problem::unconfigured("no webhook secret is configured")
        }
        _ => {
            telemetry::count(Metric::WebhookRefused, 1, now);
            Problem::bad_request(words::INVALID_SIGNATURE).because(error)
        }
    }
}
