//! The Lambda function `operator`: pages and JSON API for the operators of Onramp.
//!
//! An operator reviews items that no scheduled run will finish, lists and finds organizations, extends a
//! trial, links a Stripe customer, acts on the steps of the host app, and sees the webhooks to the host's
//! endpoint. If the organization never had a trial, the extension starts one. The organization stores each
//! extension under the hash of the form's token. So a form that is sent twice extends the trial only once.
//!
//! # Invariant
//!
//! A user who is not an operator gets exactly the response of a path that does not exist. The only
//! exception is an error response while the table cannot be read.
//!
//! # What it never does
//!
//! The function adds no billing facts, except those of parked events that it releases. It never
//! sends an email itself.
//!
//! # Where to start
//!
//! - `router`: lists the routes with their handlers. Start here.
//! - `handlers`: the handlers, one file for each page or kind of action.
//! - `auth`: authenticates the operator who sent a request.
//! - `views`: the HTML pages. `out` contains the JSON responses.
//! - `words`: contains all texts of the pages and the JSON responses.
//! - `config`: reads the environment variables.

mod auth;
mod config;
mod handlers;
mod out;
mod views;
mod words;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use runtime::{Clock, ConfigErrors, Context, Handler, Rng};
use store::Store;
use web::SecurityProfile;

use crate::config::Config;

/// Dependencies of the handlers.
struct App {
    store: Store,
    clock: Clock,
    entropy: Rng,
    config: Config,
}

/// Reads the configuration, connects to AWS, and returns the handler.
///
/// # Errors
/// Returns an error for each missing or invalid environment variable.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), config.table.clone());
    store.warm_up().await;
    // The security headers equal those of `checklist-read`, which responds to unknown paths.
    // Different headers would reveal that a path exists.
    let profile = SecurityProfile::app_with_checkout(config.app_url.as_deref(), &config.checkout)
        .with_public_url(config.public_url.as_deref());
    let routes = router(Arc::new(App { store, clock: boot.clock, entropy: boot.entropy, config }));
    Ok(runtime::handler(web::lambda::handler(web::secure(routes, profile))))
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/operator", get(handlers::review_queue))
        .route("/operator/deliveries", get(handlers::deliveries))
        .route("/operator/organizations", get(handlers::organizations))
        .route("/operator/organizations/{id}", get(handlers::organization))
        .route("/operator/organizations/{id}/extend-trial", post(handlers::extend_trial))
        .route("/operator/organizations/{id}/link-customer", post(handlers::link_customer))
        .route("/operator/organizations/{id}/release-parked", post(handlers::release_parked))
        .route("/operator/organizations/{id}/retry-step", post(handlers::retry_step))
        .route("/operator/organizations/{id}/skip-step", post(handlers::skip_step))
        .route("/operator/organizations/{id}/fail-run", post(handlers::fail_run))
        .route("/operator/organizations/{id}/set-email", post(handlers::set_email))
        .route("/operator/review/{id}/dismiss", post(handlers::dismiss))
        .with_state(app)
}
