//! The function `operator`: pages and JSON API for the operators of the host app.
//!
//! An operator reviews items that no scheduled run will finish, finds an organization, and extends
//! its trial. An extension is stored under the hash of its form's token, so a repeated form extends
//! the trial only once. An organization that never had a trial starts one.
//!
//! Invariant: a user who is not an operator gets exactly the response of a path that does not
//! exist. The function never changes billing data and never sends an email itself.
//!
//! Where to start reading:
//!
//! - `auth`: authenticates the operator of a request
//! - `review_queue`, `review_item`: the review queue and its items
//! - `organization`, `find`, `extend`: one organization, the search for it, and its trial
//! - `pages`, `out`: the HTML pages and the JSON responses
//! - `words`: every text of both

mod auth;
mod config;
mod extend;
mod find;
mod organization;
mod out;
mod pages;
mod review_item;
mod review_queue;
mod words;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use boot::{Clock, ConfigErrors, Context, Handler, Rng};
use store::Store;
use web::{Problem, SecurityProfile};

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
    // The same profile as the function that handles unknown paths. Different headers would reveal
    // that a path exists.
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

/// Converts an error of the store to the problem that the caller sees.
fn store_problem(error: store::Error) -> Problem {
    Problem::from_failure(error.is_transient(), error)
}

#[cfg(test)]
mod tests;
