//! The Stripe mock: its API, its hosted pages, the billing cycles of subscriptions, and event
//! delivery.

mod api;
use e2e::bench;
mod billing_cycle;
mod calls;
mod delivery;
#[allow(dead_code, reason = "the journeys use more of it")]
mod end_to_end;
mod fixture;
mod pages;
