//! Makes each condition of the store's writes fail once, on a table in memory.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed precondition fails the test"
)]

mod corrections;
mod customers;
mod invitations;
mod links;
mod mails;
mod orgs;
mod portal_links;
mod profiles;
mod review;
mod sessions;
mod sign_ups;
mod tenants;
mod verification;
mod world;
