//! Sends complete billing histories to the gateway, as signed webhook requests. The tests shuffle
//! and repeat the events, and send some of them in parallel. The stored state must equal the state
//! that results if each billing fact is applied once and in order.

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
