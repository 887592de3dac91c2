//! The browser cookie: a secret that ties a sign-in link to the browser that requested it.

use axum::http::{HeaderMap, HeaderValue};
use domain::{people::SIGN_IN_LINK_TTL, secret::Secret};

use crate::cookie;

const NAME: &str = "__Host-b";

/// Returns the secret in the browser cookie of a request. Returns `None` if the cookie is missing,
/// invalid, or present more than once.
#[must_use]
pub fn secret(headers: &HeaderMap) -> Option<Secret> {
    cookie::only(headers, NAME)?.parse().ok()
}

/// Returns the `Set-Cookie` value that stores the secret in the browser.
#[must_use]
pub fn set(secret: &Secret) -> HeaderValue {
    cookie::set(NAME, &secret.reveal(), SIGN_IN_LINK_TTL.as_secs())
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;

    use super::*;

    #[test]
    fn cookie_round_trips_and_duplicates_are_ignored() {
        let given = Secret::new([7; 32]);
        let set = set(&given);
        let (pair, attributes) = set.to_str().unwrap().split_once("; ").unwrap();
        let parsed =
            |lines: &str| secret(&HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(lines).unwrap())]));
        assert_eq!(parsed(pair), Some(given));
        assert_eq!(parsed(&format!("{pair}; {pair}")), None);
        assert_eq!(parsed("__Host-b=short"), None);
        assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600");
    }
}
