//! The handlers of all routes.

mod asset;
mod checklist_json;
mod embeddable;
mod pages;

pub use asset::asset;
pub use checklist_json::checklist_json;
pub use embeddable::{banner, frame, widget};
pub use pages::{checklist, dashboard, guide, landing, not_routed, organization, paid, problem, welcome};
