//! The HTML pages. A view contains markup, and `words` contains the texts.

pub mod action_form;
pub mod deliveries;
pub mod organization;
pub mod organizations;
pub mod paths;
pub mod review_item;
pub mod review_queue;
