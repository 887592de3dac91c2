//! The handlers of all routes.

mod asset;
mod checklist_json;
mod fragments;
mod frame;
mod organization;
mod pages;

pub use asset::asset;
pub use checklist_json::checklist_json;
pub use fragments::{banner, widget};
pub use frame::frame;
pub use organization::organization;
pub use pages::{checklist, dashboard, guide, landing, paid, problem, welcome};
