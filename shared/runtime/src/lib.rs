//! Startup of a function: variables, AWS configuration, clock, randomness, and the event loop.
//!
//! # Invariant
//!
//! A deployed function gets environment variables, the current time, and random bytes for IDs and
//! secrets only from this crate: from [`Env`], [`Clock`], and [`Rng`]. All other code gets these
//! values or types as arguments, so tests can replace them. Delays and the tokens of repeated requests
//! are exceptions.
//!
//! # What it never does
//!
//! - This crate calls no AWS service except Secrets Manager, and it decides nothing about
//!   organizations.
//! - Its errors never contain the value of a variable, only its name and its expected format.
//!
//! # Where to start
//!
//! - [`run`]: starts a function with a [`Context`].
//! - `env`: [`Vars`] reads the variables of a configuration and collects all errors.
//! - `aws`: [`Aws`] configures the calls of AWS services.
//! - `http`: the HTTP client of both.
//! - `outbound_http`: [`OutboundHttp`] connects to services other than AWS.
//! - `public_dns` decides which addresses such a service may have.
//! - `clock` and `rng`: the sources of time and randomness.
//! - `secrets`: [`SecretCache`] reads secrets from Secrets Manager.
//! - `base_url`: [`BaseUrl`] is a URL that pages and emails may link to.

mod aws;
mod base_url;
mod clock;
mod env;
mod http;
mod outbound_http;
mod public_dns;
mod rng;
mod run;
mod secrets;

pub use aws::Aws;
pub use base_url::{BASE_URL, BaseUrl, BaseUrlError};
pub use clock::Clock;
pub use env::{ConfigError, ConfigErrors, Env, Vars};
pub use outbound_http::OutboundHttp;
pub use rng::Rng;
pub use run::{Context, Event, Handler, InvocationResult, handler, run};
pub use secrets::{SecretCache, SecretFormat, SecretSource};
