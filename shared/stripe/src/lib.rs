//! Stripe's webhooks: what came is proven, then read.
//!
//! [`signature::verify`] turns bytes that Stripe signed into [`Authentic`] ones, and only those become an [`Event`]:
//! nothing is parsed before it is proven. An event carries a [`domain::billing::Fact`] where it says something that
//! counts here. The crate opens no connection, holds no clock and knows nothing of AWS.

pub mod event;
mod object;
mod read;
pub mod secret;
pub mod signature;

pub use event::{Event, Known, Named, Unreadable};
pub use secret::{BadSecret, Secret, Secrets};
pub use signature::{Authentic, Refused, sign, verify};
