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
    let parts = values
        .map(|value| value.to_str().unwrap_or_default())
        .map(|text| text.split_once(' ').unwrap_or((text, "")));
    let parts: Vec<_> = parts.collect();
    let mut tokens = parts.iter().filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
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
            (vec!["Basic dTpw"], None),
            (vec!["Bearer a", "Bearer b"], Some("")),
            (vec!["Basic dTpw", "Bearer b"], Some("")),
            (vec!["Basic dTpw", "Basic dTpw"], None),
            (vec![], None),
        ] {
            let headers: HeaderMap =
                lines.iter().map(|line| (AUTHORIZATION, HeaderValue::from_static(line))).collect();
            assert_eq!(bearer(&headers), token, "{lines:?}");
        }
    }
}
