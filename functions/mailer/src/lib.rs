//! The function `mailer`: sends pending emails and records the feedback of SES.
//!
//! Three triggers invoke it:
//!
//! - the table's stream, as soon as an email is pending
//! - a schedule, which reads the index of pending emails and finds everything that the stream
//!   missed
//! - SES events, which report that an email was sent, delivered, bounced, or marked as spam
//!
//! Invariant: the function claims an email in the table before it sends it, and records the outcome
//! afterward. Two invocations therefore never send the same email, and a crash between the two
//! writes leaves a claim that expires. The function never decides that an email is due. Other
//! functions enqueue emails.
//!
//! The emails that leave in one invocation are paced, and the pace belongs to that invocation. The
//! stream invokes one sender per shard, and the schedule invokes one. Both can run at once, and SES
//! may throttle them. A throttled email was certainly not sent and is retried. A reserved
//! concurrency of one would avoid this, but SES events invoke the same function and would have to
//! wait.
//!
//! Where to start reading:
//!
//! - `worker`: the three triggers
//! - `notice`, `sign_in`, `invitation`: claim, send, and record one kind of email
//! - `content`: builds the content of a notice
//! - `send_pacer`: rate and time limit of one invocation
//! - `feedback`, `brake`: SES events, and the brake on first emails

mod brake;
mod config;
mod content;
mod dead_letters;
mod event;
mod feedback;
mod invitation;
mod metrics;
mod notice;
mod send_pacer;
mod sign_in;
mod worker;

use std::sync::Arc;

use boot::{ConfigErrors, Context, Handler};
use mail::Mailer;
use store::Store;

use crate::{
    config::Config,
    dead_letters::DeadLetters,
    worker::{MailWorker, NewestConfirmed},
};

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
        newest_confirmed: NewestConfirmed::default(),
        dead_letters: DeadLetters {
            client: aws_sdk_sqs::Client::new(&boot.aws.service("sqs")),
            url: config.dead_letters,
        },
    });
    Ok(boot::handler(move |event| {
        let worker = Arc::clone(&worker);
        async move { worker.handle(event.payload.get()).await }
    }))
}
