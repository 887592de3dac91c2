//! The pages of this function.

pub mod verify_email;
