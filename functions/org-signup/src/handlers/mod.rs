//! The handlers, one file for each route.

mod create;
mod show;

pub use create::create;
pub use show::show;
