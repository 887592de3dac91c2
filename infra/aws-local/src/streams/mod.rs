//! Event source mappings. They deliver the records of a table's stream to functions, as Lambda's
//! pollers do.
//!
//! The local stream of a table has one shard. A mapping therefore sends one batch at a time, in the
//! order of the records. Source: "Using AWS Lambda with Amazon DynamoDB" in the AWS Lambda
//! Developer Guide, for filters, batches, bisection, partial failures, and retries.

mod checkpoints;
mod record;

use std::{collections::VecDeque, sync::Arc, time::Duration};

pub use checkpoints::Checkpoints;
use record::{created_at, first_failure, to_lambda_record};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    dead_letters::DeadLetters,
    engine::{Engine, OpenError},
    invoke::Fleet,
    template::{ACCOUNT, REGION, StreamSource},
};
use sim::clock::LocalClock;

/// A mapping with unlimited retries waits each time the failures of a batch reach a multiple of
/// this number. Otherwise, a failing function would keep the machine busy.
const FAILURES_BEFORE_BACKOFF: u32 = 5;

/// Duration of the first wait. Each further wait is twice as long, up to [`MAX_BACKOFF`].
const BACKOFF: Duration = Duration::from_secs(1);

/// Maximum wait between two attempts to deliver a batch.
const MAX_BACKOFF: Duration = Duration::from_secs(60);

/// Source of the stream records: the engine, or a fake in tests.
pub trait Source: Send + Sync {
    /// Returns the records of a table's stream after a position, and the position after them.
    fn records(&self, table: &str, position: i64) -> Result<(Vec<Value>, i64), String>;

    /// Returns the position after the newest record.
    fn newest(&self, table: &str) -> Result<i64, String>;
}

impl Source for Engine {
    fn records(&self, table: &str, position: i64) -> Result<(Vec<Value>, i64), String> {
        Engine::records(self, table, position)
    }

    fn newest(&self, table: &str) -> Result<i64, String> {
        Engine::newest(self, table)
    }
}

/// Why a mapping stopped reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// All records are delivered.
    Empty,
    /// A batch keeps failing, so the mapping waits, or the stream could not be read.
    BackingOff,
}

/// Poller of one event source mapping.
pub struct StreamPoller {
    mapping: StreamSource,
    fleet: Arc<Fleet>,
    dead_letters: Arc<DeadLetters>,
    clock: Arc<LocalClock>,
    checkpoints: Arc<Checkpoints>,
    state: tokio::sync::Mutex<State>,
    /// Ends the backoff after a reset.
    retry_now: Notify,
}

/// Read position and undelivered records of a mapping.
struct State {
    /// Position up to which all records are in the backlog or delivered.
    read: i64,
    backlog: VecDeque<Batch>,
}

/// Records that are sent in one invocation.
struct Batch {
    records: Vec<Value>,
    failures: u32,
}

impl StreamPoller {
    /// Creates a poller that continues at its checkpoint.
    pub fn new(
        mapping: StreamSource,
        fleet: Arc<Fleet>,
        dead_letters: Arc<DeadLetters>,
        clock: Arc<LocalClock>,
        checkpoints: Arc<Checkpoints>,
    ) -> Self {
        let state = State { read: checkpoints.get(&mapping.id), backlog: VecDeque::new() };
        let state = tokio::sync::Mutex::new(state);
        Self { mapping, fleet, dead_letters, clock, checkpoints, state, retry_now: Notify::new() }
    }

    /// Returns the path of the mapping in the template.
    pub fn id(&self) -> &str {
        &self.mapping.id
    }

    /// Reads and delivers records until no record is left, or until a batch has to wait.
    pub async fn drain(&self, source: &dyn Source) -> Drained {
        let mut state = self.state.lock().await;
        loop {
            while let Some(batch) = state.backlog.pop_front() {
                let failures = batch.failures;
                let remaining = self.deliver(batch).await;
                let must_wait = remaining.front().is_some_and(|batch| {
                    self.mapping.retries.is_none()
                        && batch.failures > failures
                        && batch.failures % FAILURES_BEFORE_BACKOFF == 0
                });
                for batch in remaining.into_iter().rev() {
                    state.backlog.push_front(batch);
                }
                if must_wait {
                    return Drained::BackingOff;
                }
            }
            self.checkpoints.set(&self.mapping.id, state.read);
            match source.records(&self.mapping.table, state.read) {
                Ok((_, read)) if read == state.read => return Drained::Empty,
                Ok((records, read)) => {
                    state.read = read;
                    state.backlog = self.batches(records);
                }
                Err(error) => {
                    tracing::error!(mapping = self.mapping.id, error, "failed to read stream");
                    return Drained::BackingOff;
                }
            }
        }
    }

    /// Delivers records after every write and after every backoff, until `writes` closes or the
    /// caller drops the returned future.
    pub async fn run(&self, source: &dyn Source, mut writes: tokio::sync::watch::Receiver<u64>) {
        let mut backoff = BACKOFF;
        loop {
            match self.drain(source).await {
                Drained::BackingOff => tokio::select! {
                    () = tokio::time::sleep(backoff) => backoff = MAX_BACKOFF.min(backoff * 2),
                    () = self.retry_now.notified() => backoff = BACKOFF,
                },
                Drained::Empty => {
                    backoff = BACKOFF;
                    if writes.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Drops the undelivered records and continues after the newest record of the stream. After a
    /// reset of the table, the stream still contains the records of earlier changes, and the
    /// mapping must not deliver them.
    ///
    /// # Errors
    /// Returns the reason if the stream's newest position could not be read.
    pub async fn reset(&self, source: &dyn Source) -> Result<(), OpenError> {
        let table = &self.mapping.table;
        let mut state = self.state.lock().await;
        let newest = source.newest(table);
        let read = newest.map_err(|reason| OpenError::Stream { table: table.clone(), reason })?;
        *state = State { read, backlog: VecDeque::new() };
        self.checkpoints.set(&self.mapping.id, state.read);
        self.retry_now.notify_one();
        drop(state);
        Ok(())
    }

    fn batches(&self, records: Vec<Value>) -> VecDeque<Batch> {
        let filters = &self.mapping.filters;
        let arn = format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{}/stream/local", self.mapping.table);
        let matching: Vec<Value> = records
            .into_iter()
            .map(|record| to_lambda_record(record, &arn))
            .filter(|record| filters.is_empty() || filters.iter().any(|filter| filter.matches(record)))
            .collect();
        matching
            .chunks(self.mapping.batch)
            .map(|records| Batch { records: records.to_vec(), failures: 0 })
            .collect()
    }

    /// Returns whether the oldest of these records exceeds the maximum age of the mapping.
    fn too_old(&self, records: &[Value]) -> bool {
        let oldest = records.iter().filter_map(created_at).min();
        let age = oldest.map(|oldest| self.clock.now().duration_since(oldest));
        self.mapping.max_age.zip(age).is_some_and(|(max, age)| age > max)
    }

    /// Sends one batch. Returns the records that must be sent again, as batches in their order.
    async fn deliver(&self, batch: Batch) -> VecDeque<Batch> {
        let event = json!({"Records": batch.records});
        let result = match serde_json::value::to_raw_value(&event) {
            Ok(payload) => self.fleet.invoke(&self.mapping.function, payload).await.result,
            Err(_) => return VecDeque::new(),
        };
        let (failed_at, reason) = match &result {
            Ok(payload) if self.mapping.reports_failures => {
                (first_failure(&batch.records, payload.get()), "reported as failed".to_owned())
            }
            Ok(_) => (None, String::new()),
            Err(failure) => (Some(0), failure.to_string()),
        };
        let Some(failed_at) = failed_at else { return VecDeque::new() };
        let mut left = batch.records;
        let mut rest = left.split_off(failed_at.min(left.len()));
        if self.mapping.bisect && rest.len() > 1 {
            // `rest` starts with the first failed record. If the function reported this record, it
            // becomes a separate batch. If the invocation failed, the poller splits the batch in
            // the middle. A split does not count as a retry.
            let half = if result.is_ok() { 1 } else { rest.len() / 2 };
            let second = rest.split_off(half);
            return [rest, second]
                .into_iter()
                .map(|records| Batch { records, failures: batch.failures })
                .collect();
        }
        let failures = batch.failures + 1;
        if self.mapping.retries.is_some_and(|retries| failures > retries) || self.too_old(&rest) {
            let event = json!({"Records": rest});
            let origin = self.mapping.on_failure.as_deref().unwrap_or(&self.mapping.id);
            self.dead_letters.keep(&self.mapping.function, origin, &reason, event, self.clock.now());
            return VecDeque::new();
        }
        VecDeque::from([Batch { records: rest, failures }])
    }
}
