//! A whole run with a canary in every input and every secret: none of it may sing in a log line, a metric, an error's
//! body or a failed invocation.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    dead_code,
    reason = "a test ends where its premise does; the driver serves the journeys too"
)]

#[path = "../journeys/driver.rs"]
mod driver;

mod canaries;
mod run;
