//! Mail intents become mails, and SES's feedback becomes their state.
//!
//! Three things wake this function: the table's stream, as soon as a mail is owed; a schedule, which looks into the
//! index of waiting mail and is the guarantee; and SES's events. It never decides that a mail is owed. A mail is
//! claimed in the table before it is sent and settled there after, so that two of these functions never send one
//! mail, and one that dies in between leaves a trace.

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
    worker::{Heard, MailWorker},
};

/// Starts the function.
///
/// # Errors
/// Every variable that is missing or bad.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), config.table);
    store.warm_up().await;
    let post = Arc::new(MailWorker {
        store,
        mailer: Mailer::new(&boot.aws.service("sesv2"), config.sender, config.sets),
        product: config.product,
        rate: config.rate,
        clock: boot.clock,
        entropy: boot.entropy,
        heard: Heard::default(),
        dead_letters: DeadLetters {
            client: aws_sdk_sqs::Client::new(&boot.aws.service("sqs")),
            url: config.dead_letters,
        },
    });
    Ok(boot::handler(move |event| {
        let post = Arc::clone(&post);
        async move { post.handle(event.payload.get()).await }
    }))
}
