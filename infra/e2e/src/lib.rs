//! End-to-end tests: complete flows through the local stack, with the requests of browsers, JSON
//! clients, Stripe, SES, and the host app.
//!
//! This library is the driver of these tests. The tests are in `tests/e2e`, one module per topic.
//! `tests/canary` is a separate program, because it captures the log of its whole process.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a failed precondition fails the test"
)]

pub mod bench;
pub mod counted;
pub mod driver;
pub mod fake_aws;
pub mod mailbox;
pub mod signed;
pub mod sweep;
