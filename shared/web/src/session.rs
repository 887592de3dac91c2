//! The session cookie: how a signed-in browser holds its token.

use axum::http::{HeaderMap, HeaderValue};
use domain::people::{ABSOLUTE, SessionToken};

use crate::cookie;

const NAME: &str = "__Host-s";

/// The token that the request carries. Two cookies of the name mean that somebody planted one: neither is taken.
#[must_use]
pub fn token(headers: &HeaderMap) -> Option<SessionToken> {
    cookie::only(headers, NAME)?.parse().ok()
}

/// The `Set-Cookie` value that gives a browser its token, for as long as a session can last.
#[must_use]
pub fn set(token: &SessionToken) -> HeaderValue {
    cookie::set(NAME, &token.reveal(), ABSOLUTE.as_secs())
}

/// The `Set-Cookie` value that takes the token away.
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
    fn one_cookie_of_the_name_is_taken_and_two_are_not() {
        let ours = format!("__Host-s={TEXT}");
        for (lines, taken) in [
            (vec![ours.as_str()], true),
            (vec!["theme=dark; lang=en", &ours], true),
            (vec![&format!("a=b; {ours}; c=d")], true),
            (vec![&format!("{ours}; {ours}")], false),
            (vec![&ours, &ours], false),
            (vec![&format!("__host-s={TEXT}")], false),
            (vec![&format!("{ours}x")], false),
            (vec!["__Host-s="], false),
            (vec![], false),
        ] {
            assert_eq!(token(&headers(&lines)).is_some(), taken, "{lines:?}");
        }
    }

    #[test]
    fn what_is_set_reads_back_and_is_out_of_reach_of_scripts_and_other_sites() {
        let held: SessionToken = TEXT.parse().unwrap();
        let set = set(&held);
        let (pair, attributes) = set.to_str().unwrap().split_once("; ").unwrap();
        assert_eq!(token(&headers(&[pair])), Some(held));
        assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000");
        assert!(set.is_sensitive());
        assert_eq!(clear(), "__Host-s=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    }
}
