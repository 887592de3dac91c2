//! JSON responses. Times are RFC 3339 in UTC.

mod action;
pub mod billing;
pub mod organization;
mod review_queue;

pub use action::{ActionOut, ExtendedOut};
pub use organization::OrganizationOut;
pub use review_queue::{FoundOut, ReviewPageOut};
