//! Billing is a join: what is known depends on what was said, and on neither order nor repetition.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod laws;
mod lives;
mod notices;
mod rules;
mod storm;
mod world;
