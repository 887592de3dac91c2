//! Stripe's side of a webhook: snapshot events of real shape, signed and delivered as Stripe delivers them.
//!
//! [`build_event`] is pure: the same [`EventSpec`], [`Seed`] and moment give the same event. [`Sender`] adds what
//! the world adds: the local clock, chance, the signing secret and a way to post. It posts through a function, so
//! one code serves the port and a test inside the process.
//!
//! To mount it, give a sender the gateway's own entrance and merge the router, which serves
//! `POST /_local/stripe/events`:
//!
//! ```ignore
//! let sender = stripe::Sender::new(clock, entropy, "whsec_local_onramp", "price_local_team", post);
//! let app = app.merge(stripe::router(sender));
//! ```
//!
//! It never looks into a function or the table: what an event does is seen in its answer, as at Stripe.

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
pub use send::{Delivery, HttpSend, Sender, WEBHOOK_PATH, router};
pub use signature::sign;
pub use spec::{EventSpec, RequestError, parse_spec};
pub use version::ApiVersion;

#[cfg(test)]
mod tests;
