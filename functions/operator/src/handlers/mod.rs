//! The handlers, one file for each route.

mod action;
mod customer;
mod dismiss;
mod extend_trial;
mod link_customer;
mod organization;
mod release_parked;
mod review_queue;

pub use dismiss::dismiss;
pub use extend_trial::extend_trial;
pub use link_customer::link_customer;
pub use organization::organization;
pub use release_parked::release_parked;
pub use review_queue::review_queue;
