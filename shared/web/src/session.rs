//! The session cookie: how a signed-in browser holds its token.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use domain::people::{ABSOLUTE, SessionToken};

/// Browsers take the prefix as a promise: `Secure`, `Path=/`, no `Domain`, so no other host can set or read it.
const NAME: &str = "__Host-s";
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// The token that the request carries. Two cookies of the name mean that somebody planted one: neither is taken.
#[must_use]
pub fn token(headers: &HeaderMap) -> Option<SessionToken> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut ours = cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(|(name, _)| *name == NAME)
        .map(|(_, value)| value);
    let one = ours.next()?;
    if ours.next().is_some() { None } else { one.parse().ok() }
}

/// The `Set-Cookie` value that gives a browser its token, for as long as a session can last.
#[must_use]
pub fn set(token: &SessionToken) -> HeaderValue {
    cookie(&format!("{NAME}={}; {ATTRIBUTES}; Max-Age={}", token.reveal(), ABSOLUTE.as_secs()))
}

/// The `Set-Cookie` value that takes the token away.
#[must_use]
pub fn clear() -> HeaderValue {
    cookie(&format!("{NAME}=; {ATTRIBUTES}; Max-Age=0"))
}

fn cookie(text: &str) -> HeaderValue {
    // Ids, hex digits and the attributes above are all that comes in, so the text always is a header value.
    let mut value = HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
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
