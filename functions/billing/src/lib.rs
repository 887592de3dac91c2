//! The way out to Stripe: an admin is led to a Checkout or to the Customer Portal.
//!
//! The only function that calls Stripe. The customer is made and linked to the organization *before* a Checkout opens,
//! so that whatever Stripe tells of it afterwards finds its organization at once.

mod auth;
mod checkout;
mod config;
mod customer;
mod errors;
mod keys;
mod portal;
mod verify_email;

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use axum::{Router, response::Response, routing::post};
use boot::{Clock, ConfigErrors, Context, Handler, Rng};
use domain::secret::Secret;
use store::Store;
use stripe::client::{CallError, Client};
use telemetry::LogArea;
use web::{Problem, SecurityProfile};

use crate::{config::Config, keys::Keys};

/// What every request has at hand.
struct App {
    store: Store,
    clock: Clock,
    entropy: Rng,
    http: SharedHttpConnector,
    keys: Keys,
    config: Config,
}

impl App {
    /// Stripe, asked on behalf of one request.
    async fn stripe(&self) -> Result<Client, Problem> {
        let key = self.keys.get().await.ok_or_else(errors::no_key)?;
        Ok(Client::new(self.http.clone(), key))
    }

    /// Stripe's refusal, as people are told of it. A key that Stripe does not take is read again for the next request.
    async fn stripe_refused(&self, error: &CallError) -> Problem {
        if matches!(error, CallError::Refused { status: 401, .. }) {
            self.keys.forget().await;
        }
        errors::of_stripe(error)
    }

    /// Leads to an address at Stripe. One that our pages' policy does not name would be stopped by browsers
    /// without a word, so the log has it.
    fn led(&self, address: &str) -> Response {
        if !self.config.origins.hold(address) {
            tracing::error!(
                area = %LogArea::Billing,
                "Stripe's address is at an origin outside STRIPE_CHECKOUT_ORIGINS"
            );
        }
        web::see_other(address)
    }

    /// A token that nobody else has.
    fn random(&self) -> String {
        Secret::new(self.entropy.bytes()).reveal()
    }
}

/// Starts the function.
///
/// # Errors
/// Every variable that is missing or wrong.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let (config, secret) = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), config.table.clone());
    let keys = Keys::new(secret, config.mode, &boot.aws);
    tokio::join!(store.warm_up(), keys.get());
    let profile = SecurityProfile::paying(None, &config.origins)
        .reached_at(config.public_url.as_ref().map(boot::BaseUrl::as_str));
    let http = boot.outside.connector();
    let app = Arc::new(App { store, clock: boot.clock, entropy: boot.entropy, http, keys, config });
    let routes = Router::new()
        .route("/billing/checkout", post(checkout::open))
        .route("/billing/portal", post(portal::open))
        .with_state(app);
    Ok(boot::handler(web::lambda::handler(web::secure(routes, profile))))
}

#[cfg(test)]
mod tests;
