//! The two ways in which an event arrives.

mod eventbridge;
mod http;

pub use eventbridge::ingest as ingest_from_eventbridge;
pub use http::ingest as ingest_from_http;
