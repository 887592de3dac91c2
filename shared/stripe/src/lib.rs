//! Stripe's webhooks: what came is proven, then read.
//!
//! [`signature::verify`] turns bytes that Stripe signed into [`Authentic`] ones, and only those become an [`Event`]:
//! nothing is parsed before it is proven. An event carries a [`domain::billing::Fact`] where it says something that
//! counts here. The crate holds no clock and knows nothing of AWS; only its `client`, behind a feature of that name,
//! speaks to Stripe, over a connector that it is given.

#[cfg(feature = "client")]
pub mod client;
pub mod event;
mod mode;
mod object;
mod read;
pub mod secret;
pub mod signature;

pub use event::{Event, OrgReference, StripeEventKind, Unreadable, kept_fact, kept_kind};
pub use mode::Mode;
pub use object::EVENT_TYPES;
pub use secret::{BadSecret, Secret, Secrets};
pub use signature::{SignatureError, VerifiedBody, sign, verify};
