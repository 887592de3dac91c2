//! Startup of a function: variables, AWS configuration, clock, randomness, and the event loop.
//!
//! Invariant: a deployed function uses the operating system only through this crate. [`Env`] reads
//! the environment, [`Clock`] the time, and [`Rng`] the random source. All other code takes them as
//! arguments, so tests can replace them.
//!
//! The crate never calls AWS itself, and it decides nothing about organizations. An error names a
//! variable and its expected format, never its value.
//!
//! Where to start reading:
//!
//! - [`run`] starts a function with a [`Context`].
//! - [`Vars`] reads the variables of a configuration and collects all errors.
//! - [`Aws`] configures the SDK clients; [`OutboundHttp`] connects to other services.
//! - [`BaseUrl`] is a validated URL for links.

mod aws;
mod base_url;
mod clock;
mod env;
mod outbound_http;
mod rng;
mod run;

pub use aws::Aws;
pub use base_url::{BASE_URL, BaseUrl, BaseUrlError};
pub use clock::Clock;
pub use env::{ConfigError, ConfigErrors, Env, Vars};
pub use outbound_http::OutboundHttp;
pub use rng::Rng;
pub use run::{Context, Event, Handler, InvocationResult, handler, run};
