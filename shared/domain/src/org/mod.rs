//! The organization: its state and status, its domain events, and its product measures.

mod admins;
mod contact;
mod correction;
mod derive;
mod event;
mod language;
mod measure;
mod provisioning;
mod record;
mod settings;
mod state;
mod status;

pub use admins::MAX_ADMINS;
pub use contact::{AdminContact, Reminders, SuppressionReason, Undeliverable};
pub use correction::NotCorrectable;
pub use event::{DomainEvent, WrittenOrg};
pub use language::Language;
pub use measure::{COMPLETION_TARGET, Measure, measures};
pub use provisioning::{Project, Provisioned, Trigger};
pub use settings::Settings;
pub use state::Org;
pub use status::{Access, Status};
