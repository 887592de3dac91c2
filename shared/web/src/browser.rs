//! What a browser that asks for a sign-in link is given to keep, so that the link can tell whether it was asked for here.

use axum::http::{HeaderMap, HeaderValue};
use domain::secret::Secret;

use crate::cookie;

const NAME: &str = "__Host-b";
/// As long as a link works.
const SECONDS: i64 = 600;

/// What the browser keeps.
#[must_use]
pub fn mark(headers: &HeaderMap) -> Option<Secret> {
    cookie::only(headers, NAME)?.parse().ok()
}

/// The `Set-Cookie` value that has a browser keep it.
#[must_use]
pub fn set(mark: &Secret) -> HeaderValue {
    cookie::set(NAME, &mark.reveal(), SECONDS)
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;

    use super::*;

    #[test]
    fn a_mark_comes_back_as_it_was_given_and_only_alone() {
        let given = Secret::new([7; 32]);
        let set = set(&given);
        let (pair, attributes) = set.to_str().unwrap().split_once("; ").unwrap();
        let held =
            |lines: &str| mark(&HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(lines).unwrap())]));
        assert_eq!(held(pair), Some(given));
        assert_eq!(held(&format!("{pair}; {pair}")), None);
        assert_eq!(held("__Host-b=short"), None);
        assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600");
    }
}
