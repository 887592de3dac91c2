//! `POST /billing/webhooks/stripe`.

use boot::{Event, InvocationResult};
use serde_json::{Value, json};
use stripe::SignatureError;
use telemetry::LogArea;
use telemetry::Metric;
use web::{Problem, SecurityProfile, problem::Kind, raw_lambda::GatewayRequest};

use crate::App;

/// The largest body that is read, in bytes. Stripe's events stay well below it.
const LARGEST: usize = 256 * 1024;

/// Takes in what came over the gateway.
pub async fn ingest(app: &App, event: Event) -> InvocationResult {
    let handle = async |call| webhook(app, &call).await.map_err(|problem| problem.within(LogArea::Webhook));
    web::raw_lambda::serve(event, &SecurityProfile::api(), handle).await
}

async fn webhook(app: &App, call: &GatewayRequest) -> Result<Value, Problem> {
    let unread = || Problem::bad_request("The request is not one that this address understands.");
    let body = call.body().ok_or_else(unread)?;
    if body.len() > LARGEST {
        return Err(Problem::new(Kind::TooLarge, "An event has at most 256 KiB."));
    }
    let header = call.header("stripe-signature");
    let authentic = app.secrets.verify(header, &body).await.map_err(|refused| refuse(app, refused))?;
    let taken = app.ingest(authentic).await.map_err(|error| {
        Problem::internal().because(format_args!("a webhook event could not be made durable: {error}"))
    })?;
    Ok(json!({ "received": true, "outcome": taken.as_str() }))
}

fn refuse(app: &App, refused: SignatureError) -> Problem {
    let now = app.clock.now();
    match refused {
        SignatureError::NoKey => {
            telemetry::count(Metric::WebhookSecretMissing, 1, now);
            Problem::unconfigured("no webhook secret is configured")
        }
        _ => {
            telemetry::count(Metric::WebhookRefused, 1, now);
            Problem::bad_request("The signature does not fit this body.").because(refused)
        }
    }
}
