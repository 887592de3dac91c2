//! The Lambda function `stripe-webhook`: ingests Stripe's events, over HTTP and over Stripe's
//! EventBridge destination.
//!
//! # Invariant
//!
//! A response with status 200 means that a relevant event is durable. Its fact is in the
//! organization's item, or the event is parked until its customer is linked, or it is quarantined
//! for an operator. Events that arrive again or out of order do not change the result.
//!
//! # What it never does
//!
//! While Stripe waits for a response, the function never calls a service other than the store and
//! Secrets Manager. It never sends email and never publishes events.
//!
//! # Where to start
//!
//! - `handlers`: receive events over HTTP and from Stripe's EventBridge destination.
//! - `auth`: verifies that Stripe signed an event, with the signing secrets.
//! - `ingest`: parses one verified event and decides how it takes effect. Start here.
//! - `apply`: adds the event to its organization, links a customer, or moves a subscription.
//! - `quarantine`: parks an event, or quarantines it for an operator.
//! - `review`: finds the conflicts that an event causes, and describes them for the operator.
//! - `event`: a verified event, and the ways in which it can end.
//! - `config`: reads the environment variables.
//! - `words`: contains the texts of error responses.

mod apply;
mod auth;
mod config;
mod event;
mod handlers;
mod ingest;
mod quarantine;
mod review;
mod words;

use std::sync::Arc;

use domain::{billing::Prices, provisioning::Steps};
use event_bus::BusEvent;
use runtime::{Clock, ConfigErrors, Context, Handler, Rng};
use store::Store;
use stripe::Mode;

use crate::{auth::WebhookSecrets, config::Config};

/// The dependencies and the configuration of all invocations.
struct App {
    store: Store,
    clock: Clock,
    entropy: Rng,
    secrets: WebhookSecrets,
    /// Whether this stage uses Stripe's test mode or live mode.
    mode: Mode,
    prices: Prices,
    /// Steps of the host app for organizations that pay first.
    steps: Steps,
}

/// Starts the function and returns its handler.
///
/// # Errors
/// Lists every variable that is missing or invalid.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), config.table);
    let secrets = WebhookSecrets::open(config.secrets, &boot.aws, &boot.clock);
    let (secrets, ()) = tokio::join!(secrets, store.warm_up());
    let (mode, prices, steps) = (config.mode, config.prices, config.steps);
    let app = Arc::new(App { store, clock: boot.clock, entropy: boot.entropy, secrets, mode, prices, steps });
    let http = {
        let app = app.clone();
        web::lambda::handler(lambda_http::service_fn(move |request| {
            let app = app.clone();
            async move { Ok(handlers::ingest_from_http(&app, &request).await) }
        }))
    };
    Ok(runtime::handler(move |event| {
        let (app, http) = (app.clone(), http.clone());
        async move {
            match BusEvent::parse(event.payload.get()) {
                Some(event) => handlers::ingest_from_eventbridge(&app, &event).await,
                None => http(event).await,
            }
        }
    }))
}
