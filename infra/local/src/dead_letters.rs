//! What could not be delivered for good.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::append_log::AppendLog;

/// One event or batch that every try failed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeadLetter {
    /// When it was given up, by the local clock.
    pub at: Timestamp,
    /// The function that failed.
    pub function: String,
    /// The rule, schedule or stream mapping that it came from.
    pub origin: String,
    /// The last failure.
    pub reason: String,
    /// What was delivered.
    pub event: Value,
}

/// All of them: every on-failure destination of the template.
#[derive(Debug)]
pub struct DeadLetters(AppendLog<DeadLetter>);

impl DeadLetters {
    /// Opens what was given up before under `folder`.
    pub fn open(folder: Option<&Path>) -> io::Result<Self> {
        Ok(Self(AppendLog::open(folder, "dead_letters.jsonl")?))
    }

    /// Adds one.
    pub fn keep(&self, function: &str, origin: &str, reason: &str, event: Value, at: Timestamp) {
        tracing::error!(function, origin, reason, "given up");
        self.0.push(DeadLetter {
            at,
            function: function.to_owned(),
            origin: origin.to_owned(),
            reason: reason.to_owned(),
            event,
        });
    }

    /// All, oldest first.
    pub fn all(&self) -> Vec<DeadLetter> {
        self.0.all()
    }

    /// How many are in the dead-letter queue: all but those whose destination is a bucket.
    pub fn in_queue(&self) -> usize {
        self.all().iter().filter(|letter| !letter.origin.starts_with("arn:aws:s3:")).count()
    }

    /// Forgets them.
    pub fn clear(&self) {
        self.0.clear();
    }
}
