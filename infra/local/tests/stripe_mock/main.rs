//! The local stand-in for Stripe: its API, the lives of subscriptions as the clock moves, and its deliveries.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends where its premise does"
)]

mod api;
#[allow(dead_code, reason = "shared with other suites, which use the rest")]
#[path = "../cloud/support.rs"]
mod bench;
mod calls;
mod delivery;
#[allow(dead_code, reason = "shared with other suites, which use the rest")]
#[path = "../journeys/driver.rs"]
mod driver;
mod fixture;
mod full_objects;
mod lives;
mod pages;
