//! Host app authentication: keys, embed tokens, and event signatures.
//!
//! The host app and Onramp share two separate lists of HMAC keys. Onramp signs handoff tokens with
//! one list. The host app signs embed tokens and events with the other, which [`Keyring`] holds. An
//! embed token never passes as an event signature, or the reverse: the signed text of a token
//! starts with the base64url of a brace, and the signed text of an event starts with the digits of
//! a time.
//!
//! This crate authenticates the host app. It never authorizes anything: the stored membership
//! decides what a user may do.
//!
//! Start with the module for the use:
//!
//! - [`embed`]: verifies embed tokens.
//! - [`signature`]: verifies the header `Onramp-Signature` of events.
//! - `keyring`: holds the host app's keys, and reads them from Secrets Manager.
//! - `key`: parses keys, and signs tokens.

pub mod embed;
mod key;
mod keyring;
pub mod signature;

pub use key::{Key, KeySource, Keys};
pub use keyring::{Keyring, VerificationError};
