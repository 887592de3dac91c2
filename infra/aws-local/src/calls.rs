//! Log of the calls that functions make to AWS and to services outside AWS.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use serde::Serialize;

/// Maximum number of calls in the log. Older calls are dropped.
const MAX_CALLS_KEPT: usize = 20_000;

/// A call of a function to a service.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    /// Sequence number in the log, from 1.
    pub seq: u64,
    /// Start of the call by the local clock.
    pub at: Timestamp,
    /// Name of the function that made the call.
    pub function: String,
    /// Request ID of the invocation, or `init` while the function starts.
    pub request_id: String,
    /// `dynamodb`, `sesv2`, `events`, `secretsmanager`, `sqs`, `stripe`, or `host`.
    pub service: String,
    /// Operation of the service, such as `UpdateItem`.
    pub operation: String,
    /// Duration of the call in milliseconds.
    pub ms: f64,
    /// Whether the call is a strongly consistent read of DynamoDB. `None` for reads of an index
    /// (which are never strongly consistent), for writes, and for calls to other services.
    pub consistent: Option<bool>,
    /// Names of the role's statements that allow the call, separated by commas. `None` if the role
    /// does not allow the call. For a call outside AWS, the text `outside AWS`, because the call
    /// needs no AWS permission.
    pub allowed_by: Option<String>,
}

/// The call log of a stack.
#[derive(Debug, Default)]
pub struct Calls(Mutex<Log>);

#[derive(Debug, Default)]
struct Log {
    last: u64,
    calls: VecDeque<Call>,
}

impl Calls {
    /// Adds a call and assigns its sequence number.
    pub fn record(&self, mut call: Call) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.last += 1;
        call.seq = log.last;
        if log.calls.len() == MAX_CALLS_KEPT {
            log.calls.pop_front();
        }
        log.calls.push_back(call);
    }

    /// Returns the calls after the sequence number `seq`.
    pub fn since(&self, seq: u64) -> Vec<Call> {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.calls.iter().filter(|call| call.seq > seq).cloned().collect()
    }

    /// Returns the number of calls of an invocation.
    pub fn of_request(&self, request_id: &str) -> usize {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.calls.iter().filter(|call| call.request_id == request_id).count()
    }

    /// Deletes all calls. The sequence numbers continue.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).calls.clear();
    }
}
