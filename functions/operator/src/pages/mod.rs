//! The pages.

pub mod organization;
pub mod waiting;
