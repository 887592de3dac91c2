//! The local AWS, with a template and functions that exist only for these tests.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends where its premise does"
)]

mod clock;
mod connector;
mod control;
mod delivery;
mod engine;
mod faults;
mod permissions;
mod recorded;
mod reset;
mod restart;
mod support;
mod template;
