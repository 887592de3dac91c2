//! The Lambda function `reconciler`: reads the subscriptions of imported customers at Stripe.
//!
//! When the host app imports an organization with a Stripe customer, the organization requests a read
//! of that customer. A run finds the requests in the index `by-work`, asks Stripe for all
//! subscriptions of each customer, and records them as facts, in the same way as an event. If Stripe
//! does not respond, the request stays open, with a longer wait after each attempt. After 72 hours,
//! the run closes it.
//!
//! # Invariant
//!
//! A read can only correct the state, because every event of the same second or later outranks it. A
//! repeated run and concurrent runs do no harm: the write succeeds only if the request is still the one
//! that was loaded.
//!
//! # What it never does
//!
//! The function changes nothing at Stripe, and sends no email.
//!
//! # Where to start
//!
//! - `run`: makes one run over the open requests. Start here.
//! - `read`: reads the customer of one organization.
//! - `config`: reads the environment variables.

mod config;
mod read;
mod run;

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use domain::{billing::Prices, provisioning::Steps};
use runtime::{Clock, ConfigErrors, Context, Handler, Rng, SecretCache, SecretFormat};
use store::Store;
use stripe::{Mode, client::SecretKey};
use telemetry::LogArea;

use crate::config::Config;

/// The dependencies and the configuration of all invocations.
struct App {
    store: Store,
    clock: Clock,
    entropy: Rng,
    http: SharedHttpConnector,
    key: SecretCache<SecretKey>,
    prices: Prices,
    steps: Steps,
}

/// Returns the format of the stored secret key. A key of the other mode is rejected.
fn secret_format(mode: Mode) -> SecretFormat<SecretKey> {
    SecretFormat {
        name: "Stripe secret key",
        area: LogArea::Billing,
        expected: SecretKey::EXPECTED,
        parse: Box::new(move |text| SecretKey::of_mode(text.trim(), Some(mode))),
    }
}

/// Starts the function and returns its handler.
///
/// # Errors
/// Lists every variable that is missing or invalid.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let Config { table, mode, key, prices, steps } = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), table);
    store.warm_up().await;
    let app = Arc::new(App {
        store,
        clock: boot.clock,
        entropy: boot.entropy,
        http: boot.outbound.connector(),
        key: SecretCache::new(key, &boot.aws, secret_format(mode)),
        prices,
        steps,
    });
    Ok(runtime::handler(move |_scheduled| {
        let app = Arc::clone(&app);
        async move { app.run().await }
    }))
}
