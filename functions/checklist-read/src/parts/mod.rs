//! Pieces that several pages are made of.

pub mod banner;
pub mod moment;
pub mod plans;
pub mod progress;
pub mod standing;
pub mod task;
pub mod widget;
