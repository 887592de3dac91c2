//! The Lambda function `webhook-sender`: sends domain events to the host's endpoint.
//!
//! A rule puts each domain event into a queue, and the queue invokes this function with one message.
//! The function signs the event in the format of Standard Webhooks and posts it. If the endpoint does
//! not accept it within ten seconds, the message becomes visible again after a backoff. After 72
//! hours, the function moves the message to the dead-letter queue.
//!
//! # Invariant
//!
//! - Every attempt for an event has the same `webhook-id` and the same body. So the host can drop
//!   repetitions.
//! - A message leaves the queue only after the endpoint accepted it, or after it is in the
//!   dead-letter queue.
//!
//! # What it never does
//!
//! The function does not change an event, and it keeps no order. A receiver keeps the highest version
//! of an organization. No response of the endpoint ends the retries early.
//!
//! # Where to start
//!
//! - `handler`: delivers one message. Start here.
//! - `message`: parses a message and builds the webhook.
//! - `decide`: decides what follows an attempt.
//! - `queue`: the calls to SQS.
//! - `config`: reads the environment variables.

mod config;
mod decide;
mod handler;
mod message;
mod queue;

use std::sync::Arc;

use host_auth::webhook::WebhookSecrets;
use host_endpoint::HostEndpoint;
use runtime::{Clock, ConfigErrors, Context, Handler, Rng, SecretCache, SecretFormat};
use store::Store;
use telemetry::LogArea;

use crate::{config::Config, queue::Queue};

/// The dependencies of all invocations.
struct App {
    store: Store,
    queue: Queue,
    endpoint: HostEndpoint,
    secrets: SecretCache<WebhookSecrets>,
    clock: Clock,
    entropy: Rng,
}

/// Starts the function and returns its handler.
///
/// # Errors
/// Lists every variable that is missing or invalid.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let Config { table, url, secrets, queue, dead_letters } = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), table);
    store.warm_up().await;
    let format = SecretFormat {
        name: "host webhook secrets",
        area: LogArea::Webhook,
        expected: WebhookSecrets::EXPECTED,
        parse: Box::new(|text| WebhookSecrets::parse(text.trim())),
    };
    let app = Arc::new(App {
        store,
        queue: Queue::new(&boot.aws.service("sqs"), queue, dead_letters),
        endpoint: HostEndpoint::new(url, &boot.outbound),
        secrets: SecretCache::new(secrets, &boot.aws, format),
        clock: boot.clock,
        entropy: boot.entropy,
    });
    Ok(runtime::handler(move |event| {
        let app = Arc::clone(&app);
        async move { app.handle(&event.payload).await }
    }))
}
