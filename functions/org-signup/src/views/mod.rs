//! The pages, one file for each.

pub mod form;
pub mod known_address;
pub mod unverified;
