//! A run through all functions with a marker value, the canary, in every input and every secret. No
//! log line, metric, error body, or failed invocation may contain it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a failed precondition fails the test"
)]

mod canaries;
mod failures;
mod run;
