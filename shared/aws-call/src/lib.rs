//! Calls operations of AWS services, without the clients of their SDKs.
//!
//! An SDK gives the operation: its input, how it becomes a request, how the response is parsed, and its
//! errors. The parts that all SDKs share give the timeouts, and decide which errors are temporary. A
//! client of an SDK adds more to each call: rules that find the endpoint, a quota of retries,
//! measurements that nothing reads, and headers that describe the SDK.
//!
//! # What it never does
//!
//! This crate knows no service. It has no connection pool of its own, because the configuration
//! contains the HTTP client.
//!
//! # Where to start
//!
//! - [`Service`]: a service, and [`Service::call`].
//! - `retries`: which errors are followed by another attempt, and when.
//! - `signer`: signs requests.

mod retries;
mod service;
mod signer;

pub use retries::jitter;
pub use service::{Operation, Service};
