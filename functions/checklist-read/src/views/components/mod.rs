//! HTML components that several pages share.

pub mod banner;
pub mod celebration;
pub mod groups;
pub mod host_app;
pub mod next;
pub mod plans;
pub mod progress;
pub mod setup;
pub mod status_badge;
pub mod task;
pub mod undo;
pub mod widget;

pub use ui::moment;
