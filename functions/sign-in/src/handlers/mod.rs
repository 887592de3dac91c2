//! The handlers, one module for each page or link, and one for all changes of sessions.

pub mod account;
mod browser;
mod expired;
pub mod handoff;
pub mod invitation;
pub mod link;
pub mod login;
pub mod members;
pub mod portal;
pub mod sessions;
pub mod settings;
mod signed_in;
pub mod unsubscribe;
pub mod verify;
mod visit;
