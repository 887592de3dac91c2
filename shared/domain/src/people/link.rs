//! Lifetimes of links and grants.

use jiff::SignedDuration;

/// Lifetime of a sign-in link.
pub const SIGN_IN_LINK_TTL: SignedDuration = SignedDuration::from_mins(10);

/// How long a user without an organization may create one after using a sign-in link.
pub const ORG_CREATION_GRANT_TTL: SignedDuration = SignedDuration::from_mins(10);

/// How long the browser that used an emailed link may send the request again. The response to the
/// first request may have been lost.
pub const LINK_REPEAT_PERIOD: SignedDuration = SignedDuration::from_secs(60);
