//! The bearer token of a request.

use axum::http::{HeaderMap, header::AUTHORIZATION};

/// Returns the token of `Authorization: Bearer …` (RFC 6750, section 2.1).
///
/// Returns `None` if no `Authorization` header has the scheme `Bearer`. If a request has several
/// `Authorization` headers and at least one has this scheme, returns an empty token. An empty token
/// is always invalid: the request is rejected, even if it also has a valid session cookie.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(AUTHORIZATION).iter();
    let parts = values.map(|value| {
        let bytes = value.as_bytes();
        let (scheme, token) =
            bytes.split_at(bytes.iter().position(|byte| *byte == b' ').unwrap_or(bytes.len()));
        // A token that is not ASCII is invalid, so it becomes an empty one.
        (scheme, str::from_utf8(token).ok().filter(|token| token.is_ascii()).unwrap_or_default())
    });
    let parts: Vec<_> = parts.collect();
    let mut tokens = parts.iter().filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"bearer"));
    let (_, token) = tokens.next()?;
    Some(if parts.len() == 1 { token.trim() } else { "" })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn bearer_token_is_read_only_from_a_single_header() {
        for (lines, token) in [
            (vec!["Bearer a.b.c"], Some("a.b.c")),
            (vec!["bearer  a.b.c "], Some("a.b.c")),
            (vec!["Bearer "], Some("")),
            (vec!["Bearer"], Some("")),
            (vec!["Bearer é"], Some("")),
            (vec!["Basic dTpw"], None),
            (vec!["é"], None),
            (vec!["Bearer a", "Bearer b"], Some("")),
            (vec!["Basic dTpw", "Bearer b"], Some("")),
            (vec!["Basic dTpw", "Basic dTpw"], None),
            (vec![], None),
        ] {
            let values = lines.iter().map(|line| HeaderValue::from_bytes(line.as_bytes()).unwrap());
            let headers: HeaderMap = values.map(|value| (AUTHORIZATION, value)).collect();
            assert_eq!(bearer(&headers), token, "{lines:?}");
        }
    }
}
