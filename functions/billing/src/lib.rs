//! The Lambda function `billing`: redirects an admin to Stripe, to a Checkout session or to the
//! billing portal. A schedule makes it read the prices of the plans.
//!
//! Of all functions, only this one changes something at Stripe.
//!
//! # Invariant
//!
//! The function links the Stripe customer to the organization *before* it opens a Checkout session.
//! So `stripe-webhook` finds the organization of every later event.
//!
//! # What it never does
//!
//! The function never changes a plan or a subscription in the table. The function `stripe-webhook`
//! does that when Stripe's events arrive.
//!
//! # Where to start
//!
//! - `handlers::checkout`: `POST /billing/checkout`, which opens a Checkout session. Start here.
//! - `handlers::portal`: `POST /billing/portal`, which opens the billing portal.
//! - `handlers::prices`: reads the prices of the plans from Stripe, for the plan page.
//! - `auth`: authenticates the admin who sent a request.
//! - `app`: the dependencies of the handlers, and their access to Stripe's API with the secret key.
//! - `config`: reads the environment variables.
//! - `views` and `words`: the page of this function, and all texts that users and API clients read.

mod app;
mod auth;
mod config;
mod handlers;
mod views;
mod words;

use std::sync::Arc;

use axum::{Router, routing::post};
use runtime::{ConfigErrors, Context, Handler};
use store::Store;
use web::SecurityProfile;

use crate::{app::App, config::Config, handlers::PricesIn};

/// Starts the function and returns its handler.
///
/// # Errors
/// Lists every variable that is missing or invalid.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let (config, secret) = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), config.table.clone());
    let key = app::secret_key(secret, config.mode, &boot.aws);
    tokio::join!(store.warm_up(), key.get(None, boot.clock.now()));
    let profile = SecurityProfile::app_with_checkout(None, &config.origins)
        .with_public_url(config.public_url.as_deref());
    let http = boot.outbound.connector();
    let app = Arc::new(App { store, clock: boot.clock, entropy: boot.entropy, http, key, config });
    let http = web::lambda::handler(web::secure(router(Arc::clone(&app)), profile));
    Ok(runtime::handler(move |event| {
        let (app, http) = (Arc::clone(&app), http.clone());
        async move {
            match PricesIn::parse(event.payload.get()) {
                Some(PricesIn) => handlers::refresh_prices(&app).await,
                None => http(event).await,
            }
        }
    }))
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/billing/checkout", post(handlers::checkout))
        .route("/billing/portal", post(handlers::portal))
        .with_state(app)
}
