//! Complete billing histories, as signed webhook requests to the gateway. Events are shuffled,
//! repeated, and sent in parallel. The stored state must equal the state that results from applying
//! the same billing facts once and in order.

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
