//! `/invitations/{token}`: accepting an emailed invitation.
//!
//! `GET` changes nothing. The page's button accepts the invitation.
//!
//! The token is one of two texts:
//!
//! - The secret from the email. It works for seven days, and its email can be forwarded. So the
//!   secret alone signs in only a person who has no organization and is not an operator. All others
//!   must sign in first, and accept with their session or organization grant.
//! - A reference, which is not secret. [`find::return_path`] creates it, and it names the invitation in the
//!   path to which a user returns after signing in.

mod accept;
mod decide;
mod find;
mod respond;
mod show;

pub use accept::accept;
pub use show::show;
