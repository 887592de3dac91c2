//! Support for tests of more than one crate. Only tests depend on this crate.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed precondition fails the test"
)]

pub mod aws;
pub mod billing_case;
pub mod build;
pub mod events;
pub mod function;
mod host_api;
pub mod seed;
mod stripe_api;
mod tenants;
