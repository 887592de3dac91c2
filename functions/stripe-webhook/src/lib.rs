//! Takes in Stripe's events, over HTTP and over Stripe's own EventBridge destination.
//!
//! Every `200` is durable first: what an event says is in its organization's item, or the event itself waits for
//! that organization, or lies in quarantine for a person. Nothing is sent anywhere while Stripe waits.

mod config;
mod conflicts;
mod eventbridge;
mod http;
mod ingest;
mod secrets;

use std::sync::Arc;

use boot::{Clock, ConfigErrors, Context, Handler, Rng};
use domain::plan::Prices;
use store::Store;

use crate::{config::Config, secrets::SecretSource};

/// What the function works with.
struct App {
    store: Store,
    clock: Clock,
    entropy: Rng,
    secrets: SecretSource,
    live: bool,
    prices: Prices,
}

/// Starts the function.
///
/// # Errors
/// Every variable that is missing or wrong.
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
