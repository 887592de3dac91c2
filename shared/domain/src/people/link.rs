//! Lifetimes of links and tokens, and links that were used.

use jiff::{SignedDuration, Timestamp};

use crate::{id::UserId, secret::Hash, time::add};

/// Lifetime of a sign-in link, and of the cookie that ties it to the browser that requested it.
pub const SIGN_IN_LINK_TTL: SignedDuration = SignedDuration::from_mins(10);
/// Lifetime of the link in the welcome email that verifies the address of its recipient. It opens no
/// session, so it can work for longer than a sign-in link.
pub const VERIFY_LINK_TTL: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long a request for a sign-in link is kept.
pub const SIGN_IN_REQUEST_RETENTION: SignedDuration = SignedDuration::from_hours(24);
/// How long a user without an organization may create one after using a sign-in link.
pub const ORG_CREATION_GRANT_TTL: SignedDuration = SignedDuration::from_mins(10);
/// How long the browser that used an emailed link may send the request again. The response to the
/// first request may have been lost.
const LINK_REPEAT_PERIOD: SignedDuration = SignedDuration::from_secs(60);
/// Lifetime of the token that signs a user in to the host app. It only has to last for one redirect
/// on a slow connection.
pub const HANDOFF_TOKEN_TTL: SignedDuration = SignedDuration::from_secs(60);
/// Lifetime of an unsubscribe link. It is more than a year, because users may open old emails to
/// unsubscribe.
pub const UNSUBSCRIBE_LINK_TTL: SignedDuration = SignedDuration::from_hours(400 * 24);

/// A sign-in link or invitation link that was used.
///
/// The record itself grants no access. The response to the request that used the link may be lost.
/// So the browser that used the link can repeat its request for 60 seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedLink {
    /// The hash of the secret in the link.
    pub secret_hash: Hash,
    /// The user whom the link signed in.
    pub user: UserId,
    /// The time of the use.
    pub used_at: Timestamp,
    /// The hash of the cookie of the browser that used the link. If `None`, the request cannot be
    /// repeated.
    pub browser: Option<Hash>,
    /// The path of the page to open after the sign-in, as in the link. `None` for the default page.
    pub next: Option<String>,
    /// The hash of the secret that the use of the link issued. If the request was repeated, the
    /// hash of the newest secret.
    pub issued: IssuedSecret,
}

/// The hash of the secret that the use of a link issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuedSecret {
    /// The secret of a session.
    Session(Hash),
    /// The secret of an organization grant.
    OrgCreation(Hash),
}

impl UsedLink {
    /// Returns whether a request at `now` counts as a repetition of the request that used the link.
    /// It must come from the same browser, within 60 seconds. `browser` is the hash of
    /// the browser cookie in the request at `now`.
    #[must_use]
    pub fn is_repeated_by(&self, browser: Option<Hash>, now: Timestamp) -> bool {
        self.browser.is_some() && self.browser == browser && now < add(self.used_at, LINK_REPEAT_PERIOD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn only_the_same_browser_repeats_the_use_within_60_seconds() {
        let (browser, other) = (Secret::new([1; 32]).hash(), Secret::new([2; 32]).hash());
        let used = UsedLink {
            secret_hash: other,
            user: "usr_0198c0de-0000-7000-8000-000000000001".parse().unwrap(),
            used_at: "2026-01-15T09:00:00Z".parse().unwrap(),
            browser: Some(browser),
            next: None,
            issued: IssuedSecret::Session(other),
        };
        for (used_by, repeated_by, seconds, expected) in [
            (Some(browser), Some(browser), 59, true),
            (Some(browser), Some(browser), 60, false),
            (Some(browser), Some(other), 0, false),
            (Some(browser), None, 0, false),
            (None, None, 0, false),
        ] {
            let now = add(used.used_at, SignedDuration::from_secs(seconds));
            let used = UsedLink { browser: used_by, ..used.clone() };
            assert_eq!(used.is_repeated_by(repeated_by, now), expected, "{seconds} s, {repeated_by:?}");
        }
    }
}
