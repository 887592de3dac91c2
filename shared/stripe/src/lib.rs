//! Stripe's webhook events and API calls.
//!
//! [`signature::verify`] turns bytes that Stripe signed into a [`VerifiedBody`]. [`Event::parse`]
//! accepts only that type.
//!
//! # Invariant
//!
//! No event is parsed before its signature or its source is verified. No error message repeats a
//! value of an event, a webhook secret, or an API key.
//!
//! # What it never does
//!
//! It does not depend on AWS and decides nothing about organizations. Verification and parsing read
//! no clock, because the caller passes the time. An event becomes a [`domain::billing::Fact`],
//! which the domain evaluates.
//!
//! # Where to start
//!
//! - [`event`]: parses an event.
//! - `object`: parses the object of an event in all supported API versions.
//! - `org_reference`: the organization that a Checkout session names.
//! - `price`: parses the price of a plan for sale.
//! - `subscription`: parses a subscription with its items and previous values.
//! - [`signature`] and [`secret`]: verify the `Stripe-Signature` header.
//! - `client`: calls Stripe's API over a given HTTP connector. It requires the feature `client`.

#[cfg(feature = "client")]
pub mod client;
pub mod event;
mod mode;
mod object;
mod org_reference;
mod price;
mod read;
pub mod secret;
pub mod signature;
mod subscription;

pub use event::{Event, EventError, StripeEventKind, parked_event, parked_fact, parked_type};
pub use mode::Mode;
pub use object::{EVENT_TYPES, PaymentDetails};
pub use org_reference::OrgReference;
pub use secret::{InvalidSecret, Secret, Secrets};
pub use signature::{SignatureError, VerifiedBody, sign, verify};
