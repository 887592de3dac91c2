//! One run: processes all due items, and measures what is left.

use std::time::Duration;

use jiff::Timestamp;
use runtime::InvocationResult;
use serde_json::{json, value::to_raw_value};
use store::{Backlog, Due, Error, RunSummary, process_due};
use telemetry::{LogArea, Metric};
use tokio::time::Instant;

use crate::App;

/// Number of due items that are processed concurrently.
const CONCURRENCY: usize = 8;
/// Time after which a run starts no new item. Items in progress can still finish before the
/// function's timeout, because the store's client limits the time of each call.
const BUDGET: Duration = Duration::from_secs(40);

impl App {
    /// Makes one run. Items that fail stay due for the next run, except corrupt organizations.
    pub(crate) async fn run(&self) -> InvocationResult {
        let now = self.clock.now();
        let end = Instant::now() + BUDGET;
        let RunSummary { found, failed, query_error } =
            process_due(self.store.due(now), CONCURRENCY, end, |due| self.process(due, now)).await;
        tracing::info!(area = %LogArea::Trial, found, failed, "completed trial sweep");
        self.measure_backlog(failed > 0 || Instant::now() >= end).await;
        match query_error {
            // The query of one shard failed. The run processed the items of the other shards, but
            // it returns the error.
            Some(error) => Err(error.into()),
            None => {
                telemetry::count(Metric::ClockRan, 1, self.clock.now());
                Ok(to_raw_value(&json!({ "found": found, "failed": failed }))?)
            }
        }
    }

    /// Writes the metrics of the items that are left for the next run.
    ///
    /// Queries the index only if the run is `incomplete`. Otherwise no items are left.
    async fn measure_backlog(&self, incomplete: bool) {
        let now = self.clock.now();
        let backlog = if incomplete { self.store.backlog(now).await } else { Ok(Backlog::default()) };
        match backlog {
            Ok(Backlog { count, oldest }) => {
                telemetry::count(Metric::DueBacklog, u32::try_from(count).unwrap_or(u32::MAX), now);
                let lag = oldest.map(|oldest| now.duration_since(oldest)).unwrap_or_default();
                telemetry::measure(Metric::DueLag, lag, now);
            }
            Err(error) => {
                tracing::warn!(area = %LogArea::Trial, %error, "failed to count remaining due items")
            }
        }
    }

    /// Processes one due item. Returns whether it succeeded.
    async fn process(&self, due: Due, now: Timestamp) -> bool {
        match due {
            Due::Org(org) => self.sweep(org, now).await,
            Due::Parked(event) => match self.judge_parked(&event, now).await {
                Ok(()) | Err(Error::Conflict) => true,
                Err(error) => {
                    tracing::error!(area = %LogArea::Webhook, %error, "failed to judge parked event");
                    false
                }
            },
            Due::Alarm(event) => match self.judge_alarm(&event, now).await {
                Ok(()) => true,
                Err(error) => {
                    tracing::error!(area = %LogArea::Webhook, %error, "failed to judge quarantined event");
                    false
                }
            },
        }
    }
}
