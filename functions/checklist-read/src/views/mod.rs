//! The view model, and the markup that is rendered from it.

pub mod components;
pub mod embed;
pub mod pages;
mod view;

pub use view::{View, plans};
