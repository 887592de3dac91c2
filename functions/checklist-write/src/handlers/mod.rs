//! The handlers of all routes, and of events from the bus.

mod change;
mod completion;
mod host_events;
mod return_path;
mod view;

pub use change::{complete, confirm_completion, dismiss, restore, skip, uncomplete, unskip};
pub use completion::bus_event;
pub use host_events::{MAX_BODY_BYTES, host_events};
pub use view::change_view;
