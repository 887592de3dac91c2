//! The handlers, one file for each route and for the schedule, and the steps that they share.

mod checkout;
mod customer;
mod portal;
mod prices;
mod verify_email;

pub use checkout::checkout;
pub use portal::portal;
pub use prices::{PricesIn, refresh_prices};
