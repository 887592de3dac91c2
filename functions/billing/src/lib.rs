//! The Lambda function `billing`: redirects an admin to Stripe, to a Checkout session or to the
//! billing portal.
//!
//! This is the only function that calls Stripe's API.
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
//! - `checkout`: `POST /billing/checkout`, which opens a Checkout session. Start here.
//! - `portal`: `POST /billing/portal`, which opens the billing portal.
//! - `auth`: authenticates the admin who sent a request.
//! - `customer`: creates the Stripe customer and links it to the organization.
//! - `verify_email`: sends a sign-in link to an admin whose address is unverified.
//! - `keys`: provides Stripe's secret key.
//! - `config`: reads the environment variables.
//! - `errors`: converts errors of Stripe to problems.
//! - `words`: contains all texts that users and API clients read.

mod auth;
mod checkout;
mod config;
mod customer;
mod errors;
mod keys;
mod portal;
mod verify_email;
mod words;

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use axum::{Router, response::Response, routing::post};
use domain::secret::Secret;
use runtime::{Clock, ConfigErrors, Context, Handler, Rng, SecretCache};
use store::Store;
use stripe::client::{CallError, Client, SecretKey};
use telemetry::LogArea;
use web::{Problem, SecurityProfile};

use crate::config::Config;

/// The dependencies and the configuration of all requests.
struct App {
    store: Store,
    clock: Clock,
    entropy: Rng,
    http: SharedHttpConnector,
    key: SecretCache<SecretKey>,
    config: Config,
}

impl App {
    /// Returns a Stripe client for one request.
    async fn stripe(&self) -> Result<Client, Problem> {
        let key = self.key.get(None, self.clock.now()).await.ok_or_else(errors::no_key)?;
        Ok(Client::new(self.http.clone(), (*key).clone()))
    }

    /// Converts an error of Stripe to a problem. If Stripe rejected the key, the next request reads
    /// the key again.
    async fn stripe_problem(&self, error: &CallError) -> Problem {
        if matches!(error, CallError::Rejected { status: 401, .. }) {
            self.key.invalidate().await;
        }
        errors::from_stripe(error)
    }

    /// Redirects to a URL at Stripe.
    ///
    /// If the content security policy of the pages does not list the URL's origin, logs an error,
    /// because browsers block such a redirect without a message.
    fn redirect_to_stripe(&self, url: &str) -> Response {
        if !self.config.origins.contains_url(url) {
            tracing::error!(
                area = %LogArea::Billing,
                "Stripe returned a URL outside STRIPE_CHECKOUT_ORIGINS"
            );
        }
        web::see_other(url)
    }

    /// Returns a random token that is unique.
    fn random_token(&self) -> String {
        Secret::new(self.entropy.bytes()).reveal()
    }
}

/// Starts the function and returns its handler.
///
/// # Errors
/// Lists every variable that is missing or invalid.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let (config, secret) = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), config.table.clone());
    let key = keys::secret_key(secret, config.mode, &boot.aws);
    tokio::join!(store.warm_up(), key.get(None, boot.clock.now()));
    let profile = SecurityProfile::app_with_checkout(None, &config.origins)
        .with_public_url(config.public_url.as_ref().map(runtime::BaseUrl::as_str));
    let http = boot.outbound.connector();
    let app = Arc::new(App { store, clock: boot.clock, entropy: boot.entropy, http, key, config });
    let routes = Router::new()
        .route("/billing/checkout", post(checkout::open))
        .route("/billing/portal", post(portal::open))
        .with_state(app);
    Ok(runtime::handler(web::lambda::handler(web::secure(routes, profile))))
}

#[cfg(test)]
mod tests;
