//! Views of the HTML pages. The views contain the markup, and `words` contains the texts.

pub mod dismiss;
mod form;
pub mod organization;
pub mod review_queue;
