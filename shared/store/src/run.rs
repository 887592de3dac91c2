//! A scheduled run over the entries of an index that are due.

use futures_util::stream::{Stream, StreamExt};
use tokio::time::{Instant, sleep_until};

use crate::error::Error;

/// What a run did.
#[derive(Debug, Default)]
pub struct RunSummary {
    /// Number of due entries that the run processed.
    pub found: u64,
    /// Number of them that failed.
    pub failed: u64,
    /// The error of the first shard whose query failed. The run processed the entries of the other
    /// shards.
    pub query_error: Option<Error>,
}

/// Processes due entries, up to `concurrency` at the same time, and starts none after `end`. Entries
/// in progress still finish. `process` returns whether it succeeded.
pub async fn process_due<T, F>(
    due: impl Stream<Item = Result<T, Error>>,
    concurrency: usize,
    end: Instant,
    process: impl Fn(T) -> F,
) -> RunSummary
where
    F: Future<Output = bool>,
{
    due.take_until(sleep_until(end))
        .map(|entry| {
            let processed = entry.map(&process);
            async {
                match processed {
                    Ok(processed) => (1, u64::from(!processed.await), None),
                    Err(error) => (0, 0, Some(error)),
                }
            }
        })
        .buffer_unordered(concurrency)
        .fold(RunSummary::default(), async |summary, (found, failed, query_error)| RunSummary {
            found: summary.found + found,
            failed: summary.failed + failed,
            query_error: summary.query_error.or(query_error),
        })
        .await
}
