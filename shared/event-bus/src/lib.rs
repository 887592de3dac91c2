//! Events on EventBridge: publishes domain events, and parses events of the host app.
//!
//! `schema/domain-event.json` describes the published events.
//!
//! # Invariant
//!
//! Each domain event has an id that depends only on the stored change. An event can be published
//! more than once, but always with the same id. Consumers use the id to ignore repeated deliveries.
//! Every event contains the whole state of the organization with its version. So a consumer that
//! keeps the highest version is right, in whatever order the events arrive.
//!
//! # What it never does
//!
//! It never decides that an event happened. It only converts domain events, and parses events that
//! the host app sent.
//!
//! # Where to start
//!
//! - `outgoing`: [`Outgoing::of`] returns the events of one write in the format of the bus.
//! - `publisher`: sends the converted events to EventBridge. It requires the feature `publisher`.
//! - `bus_event`: [`BusEvent`] is the envelope of an event as EventBridge delivers it.
//! - `host_event`: [`parse_host_event`] parses an event of the host app.

mod bus_event;
mod host_event;
mod outgoing;
#[cfg(feature = "publisher")]
mod publisher;

pub use bus_event::BusEvent;
pub use host_event::{HostEvent, HostEventError, parse_host_event};
pub use outgoing::{Image, Outgoing, SOURCE};
#[cfg(feature = "publisher")]
pub use publisher::{PublishError, Publisher};
