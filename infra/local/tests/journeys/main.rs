//! Journeys of people and machines through the whole system, each over its real seams: the gateway, the functions, the
//! table, the streams, the mailbox, the bus and the clock.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test ends where its premise does"
)]

mod driver;
mod signed;

mod billing;
mod brake;
mod checklist;
mod configuration;
mod conflict;
mod doctor;
mod emailed_secrets;
mod event_scope;
mod front;
mod further;
mod guide;
mod invitations;
mod limits;
mod members;
mod only_checkout;
mod operator;
mod payment;
mod payment_issue;
mod portal;
mod public_url;
mod returns;
mod rotation;
mod round_trips;
mod safari;
mod sessions;
mod sign_in;
mod sign_up;
mod signature;
mod smoke;
mod switch;
mod tenancy;
mod trial;
mod trial_words;
mod unsubscribe;
mod versions;
