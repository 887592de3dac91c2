//! One run: reads the customers of all open requests.

use std::time::Duration;

use futures_util::StreamExt;
use runtime::InvocationResult;
use serde_json::{json, value::to_raw_value};
use store::Error;
use telemetry::{LogArea, Metric};
use tokio::time::{Instant, sleep_until};

use crate::App;

/// Number of customers that are read at the same time. Stripe allows 25 reads per second in test mode.
const CONCURRENCY: usize = 4;
/// Time after which a run starts no new read. Reads in progress can still finish before the function's
/// timeout, because the clients limit the time of each call.
const BUDGET: Duration = Duration::from_secs(40);

/// The result of a run.
#[derive(Default)]
struct RunSummary {
    /// Number of open requests.
    found: u64,
    /// Number of requests whose read failed.
    failed: u64,
    /// The error of the first shard whose query failed.
    query_error: Option<Error>,
}

impl App {
    /// Makes one run. A request whose read fails stays open for a later run.
    pub(crate) async fn run(&self) -> InvocationResult {
        let now = self.clock.now();
        let summary = self
            .store
            .reads_due(now)
            .take_until(sleep_until(Instant::now() + BUDGET))
            .map(async |due| match due {
                Ok(org) => (1, u64::from(!self.read_customer(org).await), None),
                Err(error) => (0, 0, Some(error)),
            })
            .buffer_unordered(CONCURRENCY)
            .fold(RunSummary::default(), async |summary, (found, failed, query_error)| RunSummary {
                found: summary.found + found,
                failed: summary.failed + failed,
                query_error: summary.query_error.or(query_error),
            })
            .await;
        let RunSummary { found, failed, query_error } = summary;
        if found > 0 {
            tracing::info!(area = %LogArea::Billing, found, failed, "read customers at Stripe");
        }
        match query_error {
            // The other shards were processed, but the run counts as failed.
            Some(error) => Err(error.into()),
            None => {
                telemetry::count(Metric::ReconcilerRan, 1, self.clock.now());
                Ok(to_raw_value(&json!({ "found": found, "failed": failed }))?)
            }
        }
    }
}
