//! Tests of the decisions, through the public functions of the crate.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test may panic"
)]

mod billing;
mod delivery;
mod events;
mod extension;
mod fixture;
mod import;
mod measures;
mod names;
mod outbox;
mod preferences;
mod progress;
mod provisioning;
mod random_runs;
mod record;
mod reminders;
mod team;
mod trial_sweep;
mod trial_zones;
mod values;
