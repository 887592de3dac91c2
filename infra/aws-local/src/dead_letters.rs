//! Events and batches that could not be delivered.

use std::{io, path::Path};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use sim::append_log::AppendLog;

/// An event or batch whose delivery failed permanently.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Time of the last failure by the local clock.
    pub at: Timestamp,
    /// Name of the function that failed.
    pub function: String,
    /// Path or ARN of the rule or schedule that failed. For a stream mapping: the ARN of the
    /// mapping's on-failure destination, or the path of the mapping if it has no destination.
    pub origin: String,
    /// Error message of the last attempt.
    pub reason: String,
    /// The event that the function received.
    pub event: Value,
}

/// All dead letters. One list replaces all on-failure destinations of the template.
#[derive(Debug)]
pub struct DeadLetters(AppendLog<DeadLetter>);

impl DeadLetters {
    /// Opens the dead letters that `folder` stores.
    pub fn open(folder: Option<&Path>) -> io::Result<Self> {
        Ok(Self(AppendLog::open(folder, "dead_letters.jsonl")?))
    }

    /// Records a dead letter and logs it.
    pub fn keep(&self, function: &str, origin: &str, reason: &str, event: Value, at: Timestamp) {
        tracing::error!(function, origin, reason, "recorded dead letter");
        self.0.push(DeadLetter {
            at,
            function: function.to_owned(),
            origin: origin.to_owned(),
            reason: reason.to_owned(),
            event,
        });
    }

    /// Returns all dead letters, oldest first.
    pub fn all(&self) -> Vec<DeadLetter> {
        self.0.all()
    }

    /// Returns the number of dead letters that the dead-letter queue would contain on AWS. Dead
    /// letters whose destination is an S3 bucket do not count.
    pub fn in_queue(&self) -> usize {
        self.all().iter().filter(|dead| !dead.origin.starts_with("arn:aws:s3:")).count()
    }

    /// Deletes all dead letters.
    pub fn clear(&self) {
        self.0.clear();
    }
}
