//! State and delivery of emails while SES, the table, the stream, and the senders fail.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test ends where its premise does"
)]

#[path = "../journeys/driver.rs"]
#[allow(dead_code, reason = "the journeys use more of it")]
mod driver;

mod counted;
mod every_fault;
mod feedback;
mod mailbox;
mod outage;
mod scenario;
mod unknown;
