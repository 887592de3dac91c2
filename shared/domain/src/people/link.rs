//! Lifetimes of links and tokens.

use jiff::SignedDuration;

/// Lifetime of a sign-in link, and of the cookie that ties it to the browser that requested it.
pub const SIGN_IN_LINK_TTL: SignedDuration = SignedDuration::from_mins(10);
/// How long a request for a sign-in link is kept.
pub const SIGN_IN_REQUEST_RETENTION: SignedDuration = SignedDuration::from_hours(24);
/// How long a user without an organization may create one after using a sign-in link.
pub const ORG_CREATION_GRANT_TTL: SignedDuration = SignedDuration::from_mins(10);
/// How long the browser that used an emailed link may send the request again. The response to the
/// first request may have been lost.
pub const LINK_REPEAT_PERIOD: SignedDuration = SignedDuration::from_secs(60);
/// Lifetime of the token that signs a user in to the host app. It only has to last for one redirect
/// on a slow connection.
pub const HANDOFF_TOKEN_TTL: SignedDuration = SignedDuration::from_secs(60);
/// Lifetime of an unsubscribe link. It is more than a year, because users may open old emails to
/// unsubscribe.
pub const UNSUBSCRIBE_LINK_TTL: SignedDuration = SignedDuration::from_hours(400 * 24);
