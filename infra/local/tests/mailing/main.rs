//! What becomes of mails while everything around them fails: SES, the table, the stream and the senders themselves.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test ends where its premise does"
)]

#[path = "../journeys/driver.rs"]
#[allow(dead_code, reason = "journeys do more than mails need")]
mod driver;

mod counted;
mod every_fault;
mod feedback;
mod outage;
mod post;
mod scenario;
mod unknown;
