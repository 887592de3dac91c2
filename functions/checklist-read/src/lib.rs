//! The Lambda function `checklist-read`: pages, embedded parts, assets, and the checklist as JSON.
//!
//! It is also the `$default` route of the API, so it responds to every path that no other function
//! handles.
//!
//! # Invariant
//!
//! Session, user, membership, and organization of a response come from one consistent read.
//!
//! # What it never does
//!
//! The function never changes an organization. Its only write is the last-seen time of a session,
//! at most once an hour.
//!
//! # Where to start
//!
//! - `router`: lists all routes with their handlers. Start here.
//! - `handlers`: the handlers.
//! - `auth`: authenticates a request and loads its `View`, which most handlers take and render.
//! - `sale`: loads the plan page, with the prices and the number of people.
//! - `views`: the view model, the pages, their components, and the parts that the host app embeds.
//! - `out`: the checklist as JSON.
//! - `words`: contains all texts of the pages.
//! - `compression`: compresses assets with gzip.
//! - `app` and `config`: the dependencies of all handlers, and the environment variables.

mod app;
mod auth;
mod compression;
mod config;
mod handlers;
mod sale;
#[cfg(test)]
mod testing;
mod views;
mod words;

use std::sync::Arc;

use axum::{
    Router,
    routing::{any, get},
};
use runtime::{ConfigErrors, Context, Handler};
use store::Store;

use crate::{app::App, config::Config};

/// Reads the configuration, opens the table, and returns the handler.
///
/// # Errors
/// [`ConfigErrors`] with every invalid variable.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Arc::new(Config::read(&boot.env)?);
    let store = Store::new(&boot.aws.service("dynamodb"), config.table.clone());
    store.warm_up().await;
    let profile = web::SecurityProfile::app_with_checkout(config.app_url.as_deref(), &config.checkout)
        .with_embedders(&config.embedders)
        .with_public_url(config.public_url.as_deref());
    let keys = Arc::new(web::auth::host_keys(config.keys.clone(), &boot.aws));
    let router = router(App { store, clock: boot.clock, entropy: boot.entropy, keys, config });
    Ok(runtime::handler(web::lambda::handler(web::secure(router, profile))))
}

/// Builds the router of the function.
fn router(app: App) -> Router {
    Router::new()
        .route("/", get(handlers::landing))
        .route("/organizations/{id}", get(handlers::organization))
        // These paths belong to other functions. A request for them reaches this function only if
        // the other function does not support its method. Without these routes, the request would
        // match `/organizations/{id}`.
        .route("/organizations/new", any(handlers::not_routed))
        .route("/organizations/switch", any(handlers::not_routed))
        .route("/dashboard", get(handlers::dashboard))
        .route("/onboarding/welcome", get(handlers::welcome))
        .route("/onboarding/checklist", get(handlers::checklist))
        .route("/onboarding/guide", get(handlers::guide))
        .route("/onboarding/widget", get(handlers::widget))
        .route("/onboarding/banner", get(handlers::banner))
        .route("/onboarding/embed", get(handlers::frame))
        .route("/onboarding/api/checklist", get(handlers::checklist_json))
        .route("/billing/return", get(handlers::paid))
        .route("/assets/{file}", get(handlers::asset))
        .route("/problems/{kind}", get(handlers::problem))
        .route("/{*path}", any(handlers::not_routed))
        .with_state(app)
}
