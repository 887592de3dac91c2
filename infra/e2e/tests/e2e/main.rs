//! End-to-end tests, one module per topic. Run one topic with `cargo test -p e2e TOPIC::`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    reason = "a failed precondition fails the test"
)]

mod access;
mod agreement;
mod billing_cases;
mod billing_wire;
mod cloud;
mod faults;
mod host_app;
mod journeys;
mod mailing;
mod observability;
mod provisioning;
mod stripe_mock;
mod sweep;
mod template;
mod webhooks;
