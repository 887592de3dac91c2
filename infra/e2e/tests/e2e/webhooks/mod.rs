//! Webhooks to the host's endpoint: their content, their retries, and their dead letters.

mod delivery;
pub mod endpoint;
mod every_fault;
mod receiver;
