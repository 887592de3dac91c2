//! The session cookie, which carries the session token of a signed-in browser.

use axum::http::{HeaderMap, HeaderValue};
use domain::people::SessionToken;
use jiff::SignedDuration;

use crate::cookie;

const NAME: &str = "__Host-s";

/// Returns the session token of a request.
///
/// Returns `None` if the session cookie is missing or invalid. Also returns `None` if the request
/// has several session cookies, because an attacker may have set one of them.
#[must_use]
pub fn token(headers: &HeaderMap) -> Option<SessionToken> {
    cookie::only(headers, NAME)?.parse().ok()
}

/// Returns the `Set-Cookie` value that stores the token for the maximum lifetime of its session.
#[must_use]
pub fn set(token: &SessionToken, max_age: SignedDuration) -> HeaderValue {
    cookie::set(NAME, &token.reveal(), max_age.as_secs())
}

/// Returns the `Set-Cookie` value that deletes the token.
#[must_use]
pub fn clear() -> HeaderValue {
    cookie::set(NAME, "", 0)
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;

    use super::*;

    const TEXT: &str = "org_0198c0de-0000-7000-8000-000000000001.usr_0198c0de-0000-7000-8000-000000000002.\
                        5ec2e70000000000000000000000000000000000000000000000000000000001";

    fn headers(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (COOKIE, HeaderValue::from_str(line).unwrap())).collect()
    }

    #[test]
    fn token_is_read_only_from_a_single_cookie() {
        let valid = format!("__Host-s={TEXT}");
        for (lines, accepted) in [
            (vec![valid.as_str()], true),
            (vec!["theme=dark; lang=en", &valid], true),
            (vec![&format!("a=b; {valid}; c=d")], true),
            (vec![&format!("{valid}; {valid}")], false),
            (vec![&valid, &valid], false),
            (vec![&format!("__host-s={TEXT}")], false),
            (vec![&format!("{valid}x")], false),
            (vec!["__Host-s="], false),
            (vec![], false),
        ] {
            assert_eq!(token(&headers(&lines)).is_some(), accepted, "{lines:?}");
        }
    }

    #[test]
    fn set_cookie_round_trips_and_is_host_only() {
        let stored: SessionToken = TEXT.parse().unwrap();
        let set = set(&stored, domain::people::SESSION_MAX_AGE);
        let (pair, attributes) = set.to_str().unwrap().split_once("; ").unwrap();
        assert_eq!(token(&headers(&[pair])), Some(stored));
        assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000");
        assert!(set.is_sensitive());
        assert_eq!(clear(), "__Host-s=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    }
}
