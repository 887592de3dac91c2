//! End-to-end tests of the product on the local stack.
//!
//! Each test acts as a user, Stripe, SES, or the host app. The tests run the real functions with
//! the local gateway, table, streams, mailbox, event bus, and clock.

mod account;
mod billing;
mod brake;
mod checklist;
mod configuration;
mod conflict;
mod doctor;
mod emailed_secrets;
mod event_scope;
mod guide;
mod invitation_limits;
mod invitations;
mod limits;
mod members;
mod more_organizations;
mod one_trial;
pub mod operator;
mod payment;
mod payment_issue;
mod portal;
mod prices;
mod public_pages;
mod public_url;
mod refunds;
mod review_actions;
mod review_links;
mod review_queue;
mod rotation;
mod round_trips;
mod safari;
pub mod seats;
mod sessions;
mod setup;
pub mod sign_in;
mod sign_up;
mod signature;
mod single_checkout;
pub mod smoke;
mod state_in_events;
mod switch;
mod tenancy;
mod trial;
mod trial_texts;
mod unsubscribe;
mod verification;
mod versions;
