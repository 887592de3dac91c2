//! Test events: snapshot events in Stripe's format, signed and delivered like Stripe's webhooks.
//!
//! [`build_event`] is pure: the same [`EventSpec`], [`Seed`], and time give the same event.
//! [`Sender`] adds the local clock, randomness, the signing secrets, and a function that posts a
//! request. This function sends the request to a port, or directly to the gateway in the same
//! process.
//!
//! To add test events to an application, create a sender with a function that posts to the gateway,
//! and merge the router of this module. The router serves `POST /_local/stripe/events`:
//!
//! ```ignore
//! let sender = test_events::Sender::new(clock, rng, "whsec_local_onramp", "price_local_team", post);
//! let app = app.merge(test_events::router(sender));
//! ```
//!
//! This module accesses neither functions nor the table. Like Stripe, it uses only the status of
//! the response.

mod event;
mod objects;
mod path;
mod payer;
mod seed;
mod send;
mod signature;
mod spec;
mod subject;
mod version;

pub use event::build_event;
pub use payer::Payer;
pub use seed::Seed;
pub use send::{Delivery, Sender, WEBHOOK_PATH, router};
pub use signature::sign;
pub use spec::{EventSpec, RequestError, parse_spec};
pub use version::ApiVersion;

#[cfg(test)]
mod tests;
