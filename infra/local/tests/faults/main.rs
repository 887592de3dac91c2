//! Injects every kind of fault at every AWS and Stripe call of the functions. The tests cover all
//! functions that users, Stripe, the host app, and the schedule invoke. After the fault, a test
//! sends the same request again without a fault. The end state must equal that of a run without
//! faults.
//!
//! For the mailer and the emails of the trial sweep, the suite `mailing` has stricter tests. There,
//! an email may end as unknown, but is never sent twice. That suite also covers an outage of the
//! table.

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

mod every_fault;
mod scenario;
mod state;
