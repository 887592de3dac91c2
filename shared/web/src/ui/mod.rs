//! The pieces that pages of several functions are made of.
//!
//! Markup only: nothing here reads a request, decides or answers. Everything that a page shows is an argument, and
//! all text is escaped. There is no inline script and no inline style, as the content security policy demands.

pub mod assets;
mod button;
mod error;
mod field;
mod icon;
pub mod moment;
mod note;
mod page;

pub use button::{Weight, link_button, post_button, submit};
pub use error::{WayOn, error_page};
pub use field::{Choice, Field, Kind, RadioOption, Select, error_summary, hidden, refused, time_zone};
pub use icon::{mark, tick};
pub use note::{Tone, note};
pub use page::{NavItem, Page, Person, Width};
