//! Domain events on their way out to EventBridge, and the host app's events on their way in.
//!
//! `schema/domain-event.json` describes what goes out. Events are delivered at least once: each carries an id that is
//! the same every time, so that a consumer can drop repeats. This crate never decides that something happened; it
//! says it in the bus's words.

mod host_event;
mod outgoing;
#[cfg(feature = "publisher")]
mod publisher;

pub use host_event::{HostEvent, NotAHostEvent, parse_host_event};
pub use outgoing::{Origin, Outgoing, SOURCE};
#[cfg(feature = "publisher")]
pub use publisher::{Publisher, Unpublished};
