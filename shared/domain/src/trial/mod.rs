//! The trial that Onramp runs, and its extensions by operators.

mod extension;
mod grant;
mod state;
mod sweep;

pub use extension::{Days, Extension, NotDays};
pub use grant::{FirstTrial, Grant, MAX_EXTENSIONS, NotExtendable};
pub use state::Trial;
