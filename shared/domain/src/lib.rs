//! The decisions of Onramp, and nothing else.
//!
//! This crate never reads or writes anything: no input or output, no `async`, no SDK, no clock, no randomness, no
//! environment, no serialisation. Time, ids and secrets are arguments. What it returns is a new state, in which
//! everything that is owed to anybody is written down, or a typed refusal.

pub mod address;
pub mod billing;
pub mod brake;
pub mod checklist;
pub mod checkout;
pub mod definition;
pub mod delivery;
pub mod event;
pub mod extension;
pub mod id;
pub mod invitation;
pub mod limit;
pub mod measure;
pub mod name;
pub mod notice;
pub mod onboarding;
pub mod operator;
pub mod org;
pub mod people;
pub mod plan;
pub mod progress;
pub mod secret;
pub mod status;
pub mod task;
pub mod team;
pub mod trial;
pub mod zone;
