//! Host app authentication: keys, embed tokens, and signatures of events and webhooks.
//!
//! The host app and Onramp share three separate lists of HMAC keys. Onramp signs handoff tokens with
//! the first list, and calls to the host's endpoint with the third list. The host app signs embed
//! tokens and events with the second list.
//!
//! # Invariant
//!
//! Embed tokens and event signatures use the same keys. Nevertheless, an embed token is never
//! accepted as an event signature, and an event signature is never accepted as an embed token. The
//! reason is the first character of the signed text. The signed text of a token starts with a
//! letter, because it is the base64url form of a JSON object. The signed text of an event starts
//! with a digit, because it begins with the time.
//!
//! # What it never does
//!
//! This crate authenticates the host app, but it never authorizes an action. The stored membership
//! of a user decides what the user may do. No error contains a key.
//!
//! # Where to start
//!
//! - [`embed`]: verifies embed tokens.
//! - [`signature`]: verifies the header `Onramp-Signature` of events.
//! - [`webhook`]: signs calls to the host's endpoint.
//! - `key`: parses keys, and signs tokens.
//! - `api_key`: [`ApiKeys`], with which the host app's server calls the server API.

mod api_key;
pub mod embed;
mod key;
pub mod signature;
pub mod webhook;

pub use api_key::{ApiKey, ApiKeys, ApiScope, NotAnApiKey};
pub use key::{Key, Keys};
