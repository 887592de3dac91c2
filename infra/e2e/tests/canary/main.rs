//! A run through all functions with a marker value, the canary, in every input and every secret. No
//! log line, metric, error body, or failed invocation may contain it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    dead_code,
    reason = "a test ends where its premise does; the journeys use more of the driver"
)]

mod canaries;
mod failures;
mod run;
