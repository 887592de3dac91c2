//! Integration with the host app: handoff, events, and embedded fragments.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    dead_code,
    reason = "a test ends where its premise does; the journeys use more of the driver"
)]

#[path = "../journeys/driver.rs"]
mod driver;

mod documented;
mod embedding;
mod handoff;
mod host_events;
mod host_key;
mod rotation;
