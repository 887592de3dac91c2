//! The Stripe mock: its API, its hosted pages, the billing cycles of subscriptions, and event
//! delivery.

mod api;
mod billing_cycle;
mod calls;
mod delivery;
mod end_to_end;
mod fixture;
mod pages;
