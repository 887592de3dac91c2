//! Event source mappings: the table's stream into functions, as Lambda's pollers do it.
//!
//! One shard, so one batch at a time and in order. See "Using AWS Lambda with Amazon DynamoDB" in the AWS Lambda
//! Developer Guide for filters, batches, bisection, partial failures and retries.

mod checkpoints;
mod record;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::clock::LocalClock;
use crate::dead_letters::DeadLetters;
use crate::engine::{Engine, OpenError};
use crate::invoke::Fleet;
use crate::template::{ACCOUNT, REGION, StreamSource};
use record::{as_lambda_gets_it, first_failure, made_at};

pub use checkpoints::Checkpoints;

/// After this many failures in a row a mapping that retries without end rests for a while, so that a broken
/// function does not keep the machine busy.
const TIRED_AFTER: u32 = 5;

/// How long it rests at first; each further rest is twice as long, up to [`LONGEST_REST`].
const REST: Duration = Duration::from_secs(1);

/// The longest rest.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// The engine behind a mapping: where its records come from.
pub trait Source: Send + Sync {
    /// The records of a table's stream after a position, and the position after them.
    fn records(&self, table: &str, position: i64) -> Result<(Vec<Value>, i64), String>;

    /// The position after the newest record.
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

/// Whether a mapping has done all that it can do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Nothing is left.
    Empty,
    /// A batch keeps failing and waits.
    Resting,
}

/// One mapping.
pub struct Pump {
    mapping: StreamSource,
    fleet: Arc<Fleet>,
    dead_letters: Arc<DeadLetters>,
    clock: Arc<LocalClock>,
    checkpoints: Arc<Checkpoints>,
    state: tokio::sync::Mutex<State>,
    /// Ends a rest whose reason is gone.
    freed: Notify,
}

/// What a mapping has read and not finished.
struct State {
    /// Everything up to here was read.
    read: i64,
    backlog: VecDeque<Batch>,
}

/// Records that are sent together.
struct Batch {
    records: Vec<Value>,
    failures: u32,
}

impl Pump {
    /// A mapping that goes on where its checkpoint says.
    pub fn new(
        mapping: StreamSource,
        fleet: Arc<Fleet>,
        dead_letters: Arc<DeadLetters>,
        clock: Arc<LocalClock>,
        checkpoints: Arc<Checkpoints>,
    ) -> Self {
        let state = State { read: checkpoints.get(&mapping.id), backlog: VecDeque::new() };
        let state = tokio::sync::Mutex::new(state);
        Self { mapping, fleet, dead_letters, clock, checkpoints, state, freed: Notify::new() }
    }

    /// The mapping's name.
    pub fn id(&self) -> &str {
        &self.mapping.id
    }

    /// Reads and delivers until nothing is left or a batch has to wait.
    pub async fn drain(&self, source: &dyn Source) -> Drained {
        let mut state = self.state.lock().await;
        loop {
            while let Some(batch) = state.backlog.pop_front() {
                let failures = batch.failures;
                let rest = self.deliver(batch).await;
                let tired = rest.front().is_some_and(|batch| {
                    self.mapping.retries.is_none()
                        && batch.failures > failures
                        && batch.failures % TIRED_AFTER == 0
                });
                for batch in rest.into_iter().rev() {
                    state.backlog.push_front(batch);
                }
                if tired {
                    return Drained::Resting;
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
                    tracing::error!(mapping = self.mapping.id, error, "the stream cannot be read");
                    return Drained::Resting;
                }
            }
        }
    }

    /// Runs until dropped: at every write, and after a rest.
    pub async fn run(&self, source: &dyn Source, mut writes: tokio::sync::watch::Receiver<u64>) {
        let mut rest = REST;
        loop {
            match self.drain(source).await {
                Drained::Resting => tokio::select! {
                    () = tokio::time::sleep(rest) => rest = LONGEST_REST.min(rest * 2),
                    () = self.freed.notified() => rest = REST,
                },
                Drained::Empty => {
                    rest = REST;
                    if writes.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Forgets what was read, a batch that keeps failing too, and goes on after the newest record: for a table
    /// that starts anew, whose stream still holds what was before.
    pub async fn reset(&self, source: &dyn Source) -> Result<(), OpenError> {
        let table = &self.mapping.table;
        let mut state = self.state.lock().await;
        let newest = source.newest(table);
        let read = newest.map_err(|reason| OpenError::Stream { table: table.clone(), reason })?;
        *state = State { read, backlog: VecDeque::new() };
        self.checkpoints.set(&self.mapping.id, state.read);
        self.freed.notify_one();
        drop(state);
        Ok(())
    }

    fn batches(&self, records: Vec<Value>) -> VecDeque<Batch> {
        let filters = &self.mapping.filters;
        let arn = format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{}/stream/local", self.mapping.table);
        let wanted: Vec<Value> = records
            .into_iter()
            .map(|record| as_lambda_gets_it(record, &arn))
            .filter(|record| filters.is_empty() || filters.iter().any(|filter| filter.matches(record)))
            .collect();
        wanted
            .chunks(self.mapping.batch)
            .map(|records| Batch { records: records.to_vec(), failures: 0 })
            .collect()
    }

    /// Whether the oldest of these records is older than the mapping allows.
    fn too_old(&self, records: &[Value]) -> bool {
        let oldest = records.iter().filter_map(made_at).min();
        let age = oldest.map(|oldest| self.clock.now().duration_since(oldest));
        self.mapping.max_age.zip(age).is_some_and(|(most, age)| age > most)
    }

    /// Sends one batch; gives back what has to be sent again, in order.
    async fn deliver(&self, batch: Batch) -> VecDeque<Batch> {
        let event = json!({"Records": batch.records});
        let answer = match serde_json::value::to_raw_value(&event) {
            Ok(payload) => self.fleet.invoke(&self.mapping.function, payload).await.answer,
            Err(_) => return VecDeque::new(),
        };
        let (failed_at, reason) = match &answer {
            Ok(answer) if self.mapping.reports_failures => {
                (first_failure(&batch.records, answer.get()), "reported as failed".to_owned())
            }
            Ok(_) => (None, String::new()),
            Err(failure) => (Some(0), failure.to_string()),
        };
        let Some(failed_at) = failed_at else { return VecDeque::new() };
        let mut left = batch.records;
        let mut rest = left.split_off(failed_at.min(left.len()));
        if self.mapping.bisect && rest.len() > 1 {
            // A failure with a place is cut there, one without in the middle; cutting is not a retry.
            let half = if answer.is_ok() { 1 } else { rest.len() / 2 };
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
