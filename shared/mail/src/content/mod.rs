//! The parts of an email, and the two layouts that render an email as HTML and as plain text.

mod email;
mod html;
mod rendered;
mod text;

pub(crate) use email::{Block, EmailContent, Link, Mark};
pub use rendered::Rendered;
