//! The dependencies of all handlers, and their access to Stripe's API.

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use axum::response::Response;
use domain::secret::Secret;
use http::header::RETRY_AFTER;
use runtime::{Aws, Clock, Rng, SecretCache, SecretFormat, SecretSource};
use store::Store;
use stripe::{
    Mode,
    client::{CallError, Client, SecretKey},
};
use telemetry::LogArea;
use web::{Kind, Problem};

use crate::{config::Config, words::stripe as words};

/// Value of `Retry-After` while Stripe is unavailable, in seconds.
const RETRY_AFTER_SECONDS: &str = "30";

/// The dependencies and the configuration of all requests.
pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub entropy: Rng,
    pub http: SharedHttpConnector,
    pub key: SecretCache<SecretKey>,
    pub config: Config,
}

impl App {
    /// Returns a Stripe client for one request.
    pub async fn stripe(&self) -> Result<Client, Problem> {
        let key = self
            .key
            .get(None, self.clock.now())
            .await
            .ok_or_else(|| unavailable(words::NO_KEY).because("there is no secret key for Stripe"))?;
        Ok(Client::new(self.http.clone(), (*key).clone()))
    }

    /// Returns 503 for every error of Stripe. The detail says whether the error is transient. If
    /// Stripe rejected the key, the next request reads the key again.
    pub async fn stripe_problem(&self, error: &CallError) -> Problem {
        if matches!(error, CallError::Rejected { status: 401, .. }) {
            self.key.invalidate().await;
        }
        let detail = if error.is_transient() { words::NOT_RESPONDING } else { words::REJECTED };
        unavailable(detail).because(error)
    }

    /// Redirects to a URL at Stripe.
    ///
    /// If the content security policy of the pages does not list the URL's origin, logs an error,
    /// because browsers block such a redirect without a message.
    pub fn redirect_to_stripe(&self, url: &str) -> Response {
        if !self.config.origins.contains_url(url) {
            tracing::error!(
                area = %LogArea::Billing,
                "Stripe returned a URL outside STRIPE_CHECKOUT_ORIGINS"
            );
        }
        web::see_other(url)
    }

    /// Returns a random token that is unique.
    pub fn random_token(&self) -> String {
        Secret::new(self.entropy.bytes()).reveal()
    }
}

/// Creates the cache of the secret key. A stored key is rejected if it is not in the given mode.
pub fn secret_key(source: SecretSource<SecretKey>, mode: Mode, aws: &Aws) -> SecretCache<SecretKey> {
    let format = SecretFormat {
        name: "Stripe secret key",
        area: LogArea::Billing,
        expected: SecretKey::EXPECTED,
        parse: Box::new(move |text| SecretKey::of_mode(text.trim(), Some(mode))),
    };
    SecretCache::new(source, aws, format)
}

fn unavailable(detail: &'static str) -> Problem {
    Problem::new(Kind::Unavailable, detail).header(RETRY_AFTER, RETRY_AFTER_SECONDS)
}
