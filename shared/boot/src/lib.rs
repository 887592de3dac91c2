//! What a function needs before its first event: its variables, its AWS
//! configuration, a clock, randomness, and the loop that hands it events.
//!
//! This crate never decides anything about organizations, never speaks to AWS
//! itself, and is the only place where a deployed function meets the operating
//! system: [`Env`] reads the environment, [`Clock`] the time, [`Entropy`] the
//! random source. Everything else takes them as arguments.

mod aws;
mod base_url;
mod clock;
mod entropy;
mod env;
mod outbound_http;
mod run;

pub use aws::Aws;
pub use base_url::{BASE_URL, BaseUrl, NotABaseUrl};
pub use clock::Clock;
pub use entropy::Rng;
pub use env::{ConfigError, ConfigErrors, Env, Vars};
pub use outbound_http::OutboundHttp;
pub use run::{Context, Event, Handler, InvocationResult, handler, run};
