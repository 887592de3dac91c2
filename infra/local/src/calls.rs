//! The log of every call that a function makes, to AWS and to Stripe.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

/// How many calls are kept; older ones are forgotten.
const MAX_CALLS_KEPT: usize = 20_000;

/// One call.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    /// Its place in the log, from 1.
    pub seq: u64,
    /// When it began, by the local clock.
    pub at: Timestamp,
    /// The function that made it.
    pub function: String,
    /// The invocation that it belongs to, or `init`.
    pub request_id: String,
    /// `dynamodb`, `sesv2`, `events`, `secretsmanager`, `sqs` or `stripe`.
    pub service: String,
    /// The operation, such as `UpdateItem`.
    pub operation: String,
    /// How long it took.
    pub ms: f64,
    /// Whether it read consistently; `None` for what is no read, and for an index, which has no such read.
    pub consistent: Option<bool>,
    /// The statements of the role that allow it; `None` if none does. No role is asked for
    /// a call that leaves AWS.
    pub allowed_by: Option<String>,
}

/// The log.
#[derive(Debug, Default)]
pub struct Calls(Mutex<Log>);

#[derive(Debug, Default)]
struct Log {
    last: u64,
    calls: VecDeque<Call>,
}

impl Calls {
    /// Adds a call and gives it its place.
    pub fn record(&self, mut call: Call) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.last += 1;
        call.seq = log.last;
        if log.calls.len() == MAX_CALLS_KEPT {
            log.calls.pop_front();
        }
        log.calls.push_back(call);
    }

    /// The calls after `seq`.
    pub fn since(&self, seq: u64) -> Vec<Call> {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.calls.iter().filter(|call| call.seq > seq).cloned().collect()
    }

    /// How many calls an invocation made.
    pub fn of_request(&self, request_id: &str) -> usize {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.calls.iter().filter(|call| call.request_id == request_id).count()
    }

    /// Forgets all; the numbering goes on.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).calls.clear();
    }
}
