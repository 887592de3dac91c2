//! HTML components, page layout, style sheets, and scripts that several functions share.
//!
//! Components only render markup. They do not read the request, and they decide nothing. They get
//! all variable content as arguments, and escape all text. They contain no inline scripts and no
//! inline styles, because the content security policy forbids them.

mod address_form;
pub mod assets;
mod button;
mod error;
mod field;
mod icon;
pub mod moment;
mod note;
mod page;
mod words;

pub use address_form::AddressForm;
pub use button::{Weight, link_button, post_button, row_link, submit};
pub use error::{NextAction, error_page};
pub use field::{Choice, Field, Kind, RadioOption, Select, error_summary, hidden, problem_note, time_zone};
pub use icon::{celebration, icon, mark, tick};
pub use note::{Tone, note};
pub use page::{BackLink, NavItem, Page, Person, Width};
pub use words::access;
