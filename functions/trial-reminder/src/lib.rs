//! The Lambda function `trial-reminder`: the scheduled trial sweep.
//!
//! A run enqueues reminders before the end of a trial, and ends trials. It also judges the events of
//! Stripe that have waited for ten minutes: a parked event moves to the review queue or to the
//! events of other products, and an event that shows money without effect raises an alarm.
//!
//! A run processes all due items page by page, with at most one page per shard in memory. It starts
//! no new item after 40 seconds. Items that are left, and items that failed, stay due and come
//! first in the next run. A corrupt organization is an exception: the run moves it from the index
//! of due items to the review queue.
//!
//! # Invariant
//!
//! A late run, a repeated run, and concurrent runs never enqueue the same email twice. The index
//! only finds candidates. The sweep loads each organization and decides again. It writes only if
//! the item has not changed since the read. A failure of one organization does not stop the others.
//!
//! # What it never does
//!
//! The function never sends email itself. The function `mailer` sends the enqueued notices.
//!
//! # Where to start
//!
//! - `run`: makes one run over the due items. Start here.
//! - `sweep`: applies the trial sweep to one organization.
//! - `parked`: judges one parked event.
//! - `alarm`: raises the alarm for an event that shows money without effect.
//! - `config`: reads the environment variables.

mod alarm;
mod config;
mod parked;
mod run;
mod sweep;

use std::sync::Arc;

use domain::billing::Prices;
use runtime::{Clock, ConfigErrors, Context, Handler};
use store::Store;

use crate::config::Config;

/// The dependencies and the configuration of all invocations.
struct App {
    store: Store,
    clock: Clock,
    prices: Prices,
}

/// Starts the function and returns its handler.
///
/// # Errors
/// Lists every variable that is missing or invalid.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let Config { table, prices } = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), table);
    store.warm_up().await;
    let app = Arc::new(App { store, clock: boot.clock, prices });
    Ok(runtime::handler(move |_scheduled| {
        let app = Arc::clone(&app);
        async move { app.run().await }
    }))
}
