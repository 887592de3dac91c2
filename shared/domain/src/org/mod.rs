//! The organization: its state and status, its domain events, and its product measures.

mod contact;
mod event;
mod measure;
mod notices;
mod state;
mod status;

pub use contact::{AdminContact, Reminders, SuppressionReason, Undeliverable};
pub use event::DomainEvent;
pub use measure::{COMPLETION_TARGET, Measure, measures};
pub use state::{MAX_ADMINS, Org, Project, Provisioned, Trigger};
pub use status::{Access, Status};
