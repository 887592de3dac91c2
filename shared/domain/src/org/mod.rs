//! The organization: its state and status, its import, its domain events, and its product measures.

mod admins;
mod contact;
mod correction;
mod customer_read;
mod derive;
mod event;
mod import;
mod language;
mod measure;
mod provisioning;
mod read;
mod record;
mod settings;
mod state;
mod status;

pub use admins::MAX_ADMINS;
pub use contact::{AdminContact, Reminders, SuppressionReason, Undeliverable};
pub use correction::NotCorrectable;
pub use customer_read::{CustomerRead, READ_PERIOD};
pub use event::{DomainEvent, WrittenOrg};
pub use import::{History, ImportError};
pub use language::Language;
pub use measure::{COMPLETION_TARGET, Measure, measures};
pub use provisioning::{Project, Provisioned, ProvisioningState, Setup, Trigger};
pub use read::ReadSubscription;
pub use settings::Settings;
pub use state::Org;
pub use status::{Access, Status};
