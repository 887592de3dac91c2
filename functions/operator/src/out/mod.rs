//! JSON responses. Times are RFC 3339 in UTC.

pub mod billing;
mod deliveries;
pub mod organization;
mod organizations;
mod provisioning;
mod review_queue;

pub use deliveries::DeliveriesOut;
pub use organization::{ActionOut, ExtendedOut, OrganizationOut};
pub use organizations::OrganizationsOut;
pub use review_queue::{FoundOut, ReviewPageOut};
