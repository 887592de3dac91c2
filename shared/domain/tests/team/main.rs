//! Membership changes: inviting, accepting, changing roles, leaving, and removing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod fixture;
mod invitations;
mod roles;
mod seats;
