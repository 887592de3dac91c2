//! Ingests Stripe's events, over HTTP and over Stripe's EventBridge destination.
//!
//! Invariant: a response with status 200 means that the event is durable. Its fact is in the
//! organization's item, or the event is parked until its customer is linked, or it is quarantined
//! for an operator. Repeated events and events out of order make no difference.
//!
//! The function calls no other service than the store and Secrets Manager while Stripe waits. It
//! sends no email and publishes nothing.
//!
//! Modules:
//!
//! - `http` and `eventbridge`: the two entry points.
//! - `ingest`: what happens with one verified event.
//! - `conflicts`: describes contradictory events for the operator.
//! - `secrets` and `config`: the signing secrets, and the variables.

mod config;
mod conflicts;
mod eventbridge;
mod http;
mod ingest;
mod secrets;
mod words;

use std::sync::Arc;

use boot::{Clock, ConfigErrors, Context, Handler, Rng};
use domain::plan::Prices;
use store::Store;

use crate::{config::Config, secrets::SecretSource};

/// The dependencies and the configuration of all invocations.
struct App {
    store: Store,
    clock: Clock,
    entropy: Rng,
    secrets: SecretSource,
    /// Whether this stage uses Stripe's live mode.
    live: bool,
    prices: Prices,
}

/// Starts the function and returns its handler.
///
/// # Errors
/// Lists every variable that is missing or invalid.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), config.table);
    let secrets = SecretSource::open(config.secret, &boot.aws, &boot.clock).await;
    store.warm_up().await;
    let (live, prices) = (config.live, config.prices);
    let app = Arc::new(App { store, clock: boot.clock, entropy: boot.entropy, secrets, live, prices });
    Ok(boot::handler(move |event| {
        let app = app.clone();
        async move {
            match eventbridge::stripe_event(event.payload.get()) {
                Some(body) => eventbridge::ingest(&app, &body).await,
                None => http::ingest(&app, event).await,
            }
        }
    }))
}
