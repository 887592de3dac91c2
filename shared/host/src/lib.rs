//! The host app's word, and how it is proven: by keys that it shares with Onramp.
//!
//! Two lists of keys never meet. With one Onramp signs passes into the host app; with the other, [`Keyring`], the host
//! app signs what it tells Onramp: an [`embed`] token that says who looks at a piece of ours inside its pages, and the
//! [`signature`] of events that it sends. No text can be taken for the other's: a token begins with the base64url of a
//! brace, what is signed of events with the digits of a time.
//!
//! This crate proves who speaks. It never says what they may do: that follows from what is stored.

pub mod embed;
mod key;
mod keyring;
pub mod signature;

pub use key::{Key, KeySource, Keys};
pub use keyring::{Keyring, VerificationError};
