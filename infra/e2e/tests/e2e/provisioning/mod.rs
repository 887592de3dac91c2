//! Provisioning steps at the host's endpoint: every kind of response, every fault, and random runs.

mod every_fault;
pub mod host;
mod random;
mod responses;
mod run;
