//! The pages of this function.

pub mod retry;
pub mod verify_email;
