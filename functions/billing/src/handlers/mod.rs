//! The handlers, one file for each route, and the steps that they share.

mod checkout;
mod customer;
mod portal;
mod verify_email;

pub use checkout::checkout;
pub use portal::portal;
