//! The handlers, one file for each page or kind of action.

mod action;
mod customers;
mod deliveries;
mod dismiss;
mod extend_trial;
mod organization;
mod organizations;
mod provisioning;
mod review_queue;
mod set_email;

pub use customers::{link_customer, release_parked};
pub use deliveries::deliveries;
pub use dismiss::dismiss;
pub use extend_trial::extend_trial;
pub use organization::organization;
pub use organizations::organizations;
pub use provisioning::{fail_run, retry_step, skip_step};
pub use review_queue::review_queue;
pub use set_email::set_email;
