//! Authentication: proves who sent a request, by the session cookie or by an embed token.
//!
//! A proof comes from one consistent read of all stored state that it depends on. A handler that
//! takes a proof as an argument cannot run without one. The file `auth.rs` of each function says
//! which proof its handlers need, and how it responds to requests without one.

#[cfg(feature = "embed")]
mod embed;
mod session;

#[cfg(feature = "embed")]
pub use embed::{AuthMethod, AuthenticatedMember, Credentials, host_keys};
pub use session::{AuthenticatedUser, back_link};
