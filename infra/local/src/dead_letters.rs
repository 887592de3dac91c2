//! What could not be delivered for good.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// One event or batch that every try failed.
#[derive(Debug, Clone, Serialize)]
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
#[derive(Debug, Default)]
pub struct DeadLetters(Mutex<Vec<DeadLetter>>);

impl DeadLetters {
    /// Adds one.
    pub fn keep(&self, function: &str, origin: &str, reason: &str, event: Value, at: Timestamp) {
        tracing::error!(function, origin, reason, "given up");
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(DeadLetter {
            at,
            function: function.to_owned(),
            origin: origin.to_owned(),
            reason: reason.to_owned(),
            event,
        });
    }

    /// All, oldest first.
    pub fn all(&self) -> Vec<DeadLetter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets them.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
