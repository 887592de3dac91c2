//! The trial that Onramp runs, and its extensions.

mod extension;
mod grant;
mod reminder;
mod state;
mod sweep;
mod urgency;
mod urgency_step;

pub use extension::{Days, Extension, NotDays};
pub use grant::{FirstTrial, Grant, Grantor, MAX_EXTENSIONS, NotExtendable};
pub use reminder::{NOTICE_DAYS, WARNING_DAYS, parse_reminder_days};
pub use state::{Trial, TrialTerms};
pub use urgency::{EndDay, Urgency};
pub use urgency_step::UrgencyStep;
