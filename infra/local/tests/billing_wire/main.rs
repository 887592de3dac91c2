//! Whole histories of payments through the wire: signed bodies at the gateway, the function, the table. However they
//! are shuffled, repeated and raced, they end where a plain fold of what they say ends.

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
