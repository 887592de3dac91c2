//! From Onramp into the host app: who is let in, once, for a minute, and what the host app hears.

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

mod documented;
mod embedding;
mod handover;
mod intake;
mod mint;
mod rotation;
