//! The Lambda function `provisioner`: calls the host app's provisioning steps.
//!
//! A rule invokes it at once for a domain event of an organization whose run is under way. A schedule
//! invokes it every minute, and it then processes every run that the index `by-work` shows as due.
//! The schedule is the guarantee; the event only makes it fast.
//!
//! # Invariant
//!
//! - A call is claimed in the organization's item before it is made, and its result is recorded
//!   there. After a crash, the claim ends, and the same call is made again.
//! - Every attempt of a step has the same `webhook-id`, so the host app recognizes a repetition.
//! - At most one call of a step is in flight.
//!
//! # What it never does
//!
//! It decides nothing: [`domain::provisioning`] judges each response. It follows no redirect, and it
//! never logs what the host app responded.
//!
//! # Where to start
//!
//! - `handler`: one invocation, and the loop over the steps of one run. Start here.
//! - `call`: one call to the host's endpoint.
//! - `body`: the JSON of a call. `response_body`: the JSON of its response, which `onramp try-endpoint`
//!   parses, too.
//! - `config`: reads the environment variables.

mod body;
mod call;
mod config;
mod handler;
mod response_body;

use std::sync::Arc;

use host_auth::webhook::WebhookSecrets;
use host_endpoint::HostEndpoint;
use runtime::{BaseUrl, Clock, ConfigErrors, Context, Handler, Rng, SecretCache, SecretFormat};
use store::Store;
use telemetry::LogArea;

use crate::config::Config;
pub use crate::response_body::{BodyError, parse_body};

/// The dependencies of all invocations.
struct App {
    store: Store,
    endpoint: HostEndpoint,
    secrets: SecretCache<WebhookSecrets>,
    clock: Clock,
    entropy: Rng,
    public_url: BaseUrl,
    app_url: String,
}

/// Starts the function and returns its handler.
///
/// # Errors
/// Lists every variable that is missing or invalid.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let Config { table, url, secrets, public_url, app_url } = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), table);
    store.warm_up().await;
    let format = SecretFormat {
        name: "host webhook secrets",
        area: LogArea::Provisioning,
        expected: WebhookSecrets::EXPECTED,
        parse: Box::new(|text| WebhookSecrets::parse(text.trim())),
    };
    let app = Arc::new(App {
        store,
        endpoint: HostEndpoint::new(url, &boot.outbound),
        secrets: SecretCache::new(secrets, &boot.aws, format),
        clock: boot.clock,
        entropy: boot.entropy,
        public_url,
        app_url,
    });
    Ok(runtime::handler(move |event| {
        let app = Arc::clone(&app);
        async move { app.handle(&event.payload).await }
    }))
}
