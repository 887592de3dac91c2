//! What a person does by hand who runs Onramp for the host app: sees what waits for a person, looks at one
//! organization, and gives it days of trial.
//!
//! Whoever is no operator is answered, byte for byte, as on a path that does not exist.

mod auth;
mod config;
mod extend;
mod find;
mod organization;
mod out;
mod pages;
mod review_item;
mod review_queue;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use boot::{Clock, ConfigErrors, Context, Handler, Rng};
use store::Store;
use web::{Problem, SecurityProfile};

use crate::config::Config;

/// What the function works with.
struct App {
    store: Store,
    clock: Clock,
    entropy: Rng,
    config: Config,
}

/// Starts the function.
///
/// # Errors
/// Every variable that is missing or wrong.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), config.table.clone());
    store.warm_up().await;
    // The profile of the function that answers unknown paths: an answer must not tell by a header which one gave it.
    let profile = SecurityProfile::app_with_checkout(config.app_url.as_deref(), &config.checkout)
        .with_public_url(config.public_url.as_ref().map(boot::BaseUrl::as_str));
    let routes = router(Arc::new(App { store, clock: boot.clock, entropy: boot.entropy, config }));
    Ok(boot::handler(web::lambda::handler(web::secure(routes, profile))))
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/operator", get(review_queue::show))
        .route("/operator/organizations/{id}", get(organization::show))
        .route("/operator/organizations/{id}/extend-trial", post(extend::extend))
        .with_state(app)
}

/// What the caller is told when the table fails.
fn store_problem(error: store::Error) -> Problem {
    Problem::from_failure(error.is_transient(), error)
}

#[cfg(test)]
mod tests;
