//! Complete billing histories, as signed webhook requests to the gateway. Events are shuffled,
//! repeated, and sent in parallel; the stored state must be the state that a fold of the same facts
//! gives.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    reason = "a test ends where its premise does"
)]

mod concurrency;
mod history;
mod known;
mod random;
mod rng;
mod wire;
