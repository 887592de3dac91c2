//! The trial that Onramp runs, and its extensions by operators.

mod extension;
mod state;

pub use extension::{Days, Extension, FirstTrial, Grant, MAX_EXTENSIONS, NotDays, NotExtendable};
pub use state::Trial;
