//! The handlers of all routes, and of events from the bus.

mod bus_event;
mod change;
mod completion;
mod host_events;
mod return_path;

pub use bus_event::bus_event;
pub use change::{complete, confirm_completion, dismiss, restore, skip, unskip};
pub use host_events::{MAX_BODY_BYTES, host_events};
