//! One run: reads the customers of all open requests.

use std::time::Duration;

use runtime::InvocationResult;
use serde_json::{json, value::to_raw_value};
use store::{RunSummary, process_due};
use telemetry::{LogArea, Metric};
use tokio::time::Instant;

use crate::App;

/// Number of customers that are read at the same time. Stripe allows 25 reads per second in test mode.
const CONCURRENCY: usize = 4;
/// Time after which a run starts no new read. Reads in progress can still finish before the function's
/// timeout, because the clients limit the time of each call.
const BUDGET: Duration = Duration::from_secs(40);

impl App {
    /// Makes one run. A request whose read fails stays open for a later run.
    pub(crate) async fn run(&self) -> InvocationResult {
        let (due, end) = (self.store.reads_due(self.clock.now()), Instant::now() + BUDGET);
        let RunSummary { found, failed, query_error } =
            process_due(due, CONCURRENCY, end, |org| self.read_customer(org)).await;
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
