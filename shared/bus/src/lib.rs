//! Events on EventBridge: publishes domain events, and parses events of the host app.
//!
//! `schema/domain-event.json` describes the published events.
//!
//! Invariant: an event is delivered at least once, with the same id each time. Consumers use the id
//! to ignore repeated deliveries. No event contains the name or the address of a user.
//!
//! The crate never decides that something happened. It only converts events of the domain.
//!
//! Modules:
//!
//! - `outgoing`: converts domain events to the format of the bus.
//! - `publisher`: sends them, behind the feature `publisher`.
//! - `host_event`: parses the host app's events.

mod host_event;
mod outgoing;
#[cfg(feature = "publisher")]
mod publisher;

pub use host_event::{HostEvent, HostEventError, parse_host_event};
pub use outgoing::{Origin, Outgoing, SOURCE};
#[cfg(feature = "publisher")]
pub use publisher::{PublishError, Publisher};
