//! The Lambda function `mailer`: sends pending emails and records the feedback of SES.
//!
//! Three triggers invoke it:
//!
//! - The table's stream invokes it as soon as an email is pending.
//! - A schedule invokes it to read the index of pending emails. So it also finds emails that the
//!   stream missed.
//! - SES events invoke it. They report that an email was sent, delivered, bounced, or marked as
//!   spam.
//!
//! Each invocation limits the rate of its own emails only. The stream runs one invocation per shard
//! at a time, and the schedule runs one more. These can overlap, and SES can then throttle them.
//! SES certainly did not send a throttled email, so the function tries again. A reserved
//! concurrency of one would avoid the overlap. But SES events invoke the same function and would
//! then have to wait.
//!
//! # Invariant
//!
//! The function claims an email in the table before it sends the email, and records the outcome
//! afterward. So two invocations never send the same email. If the function crashes between the two
//! writes, the claim expires, and the delivery of the email becomes unknown.
//!
//! # What it never does
//!
//! The function never decides what an organization is notified about. Other functions and the rules
//! of the domain enqueue emails.
//!
//! # Where to start
//!
//! - `handler`: handles the events of the three triggers. Start here.
//! - `delivery`: claims, sends, and records the emails of one item.
//! - `items`: the three kinds of items that contain emails, and the content of the emails.
//! - `feedback`: handles SES events.
//! - `heartbeat`, `dead_letters`: show whether SES sent an email with unknown delivery.
//! - `send_pacer`: limits the rate and the time of one invocation.
//! - `worker`, `retry`: change an item under a condition.
//! - `metrics`: metrics and log messages about deliveries.
//! - `config`: reads the environment variables.

mod config;
mod dead_letters;
mod delivery;
mod feedback;
mod handler;
mod heartbeat;
mod items;
mod metrics;
mod retry;
mod send_pacer;
mod worker;

use std::sync::Arc;

use mail::Mailer;
use runtime::{ConfigErrors, Context, Handler};
use store::Store;

use crate::{config::Config, dead_letters::DeadLetters, heartbeat::Heartbeat, worker::MailWorker};

/// Reads the configuration, connects to AWS, and returns the handler.
///
/// # Errors
/// Returns an error for each missing or invalid environment variable.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), config.table);
    store.warm_up().await;
    let worker = Arc::new(MailWorker {
        store,
        mailer: Mailer::new(&boot.aws.service("sesv2"), config.sender, config.sets),
        product: config.product,
        rate: config.rate,
        clock: boot.clock,
        entropy: boot.entropy,
        heartbeat: Heartbeat::new(DeadLetters {
            client: aws_sdk_sqs::Client::new(&boot.aws.service("sqs")),
            url: config.dead_letters,
        }),
    });
    Ok(runtime::handler(move |event| {
        let worker = Arc::clone(&worker);
        async move { worker.handle(event.payload.get()).await }
    }))
}
