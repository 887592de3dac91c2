//! The host's endpoint, to which Onramp sends signed calls.
//!
//! # Invariant
//!
//! A call goes only to a public address over HTTPS, or to loopback. It follows no redirect, ends after
//! its timeout, and keeps at most [`MAX_BODY_BYTES`] of the response. The same call can be repeated:
//! the receiver recognizes it by its ID.
//!
//! # What it never does
//!
//! The crate neither signs nor retries, and it does not interpret the response. The crate `host-auth`
//! makes the signature.
//!
//! # Where to start
//!
//! - [`EndpointUrl`]: parses the variable `HOST_WEBHOOK_URL`.
//! - [`HostEndpoint::post`]: makes one call.

mod call;
mod url;

pub use call::{CallError, HostEndpoint, HostResponse, MAX_BODY_BYTES, SignedCall};
pub use url::{ENDPOINT_URL, EndpointUrl};
