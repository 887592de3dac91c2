//! The Lambda function `org-signup`: creates an organization from one form.
//!
//! A browser can send the same form again for ten minutes. A repeated form creates no second
//! organization. It starts another session in the first one, at most five times.
//!
//! # Invariant
//!
//! A sign-up is complete or does not exist. One transaction writes the user, the organization,
//! their membership, and a session. With a trial, it also provisions the organization.
//!
//! # What it never does
//!
//! The function never sends email. The organization's item contains the pending welcome email, and
//! the function `mailer` sends it.
//!
//! # Where to start
//!
//! - `handlers::create`: handles the form. Start here.
//! - `handlers::show`: shows the form.
//! - `auth`: identifies the user who sends the form.
//! - `views`: the form and the other pages.
//! - `words`: all texts that users read, by page.
//! - `config`: reads the environment variables.

mod auth;
mod config;
mod handlers;
mod views;
mod words;

use std::sync::Arc;

use axum::{Router, routing::get};
use domain::secret::Secret;
use runtime::{Clock, ConfigErrors, Context, Handler, Rng};
use store::Store;

use crate::config::Config;

/// Dependencies of all handlers.
struct App {
    store: Store,
    clock: Clock,
    entropy: Rng,
    config: Config,
}

impl App {
    /// Returns a new form token.
    fn form_token(&self) -> String {
        Secret::new(self.entropy.bytes()).reveal()
    }
}

/// Starts the function and returns its handler.
///
/// # Errors
/// Returns every environment variable that is missing or invalid.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), config.table.clone());
    store.warm_up().await;
    let profile = web::SecurityProfile::app(None).with_public_url(config.public_url.as_deref());
    let routes = router(Arc::new(App { store, clock: boot.clock, entropy: boot.entropy, config }));
    Ok(runtime::handler(web::lambda::handler(web::secure(routes, profile))))
}

fn router(app: Arc<App>) -> Router {
    Router::new().route("/organizations/new", get(handlers::show).post(handlers::create)).with_state(app)
}
