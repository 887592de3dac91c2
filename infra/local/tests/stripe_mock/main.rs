//! The Stripe mock: its API, its hosted pages, the billing cycles of subscriptions, and event
//! delivery.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends where its premise does"
)]

mod api;
#[allow(dead_code, reason = "the cloud tests use more of it")]
#[path = "../cloud/support.rs"]
mod bench;
mod billing_cycle;
mod calls;
mod delivery;
#[allow(dead_code, reason = "the journeys use more of it")]
#[path = "../journeys/driver.rs"]
mod driver;
mod end_to_end;
mod fixture;
mod pages;
