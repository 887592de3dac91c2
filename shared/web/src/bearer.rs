use axum::http::{HeaderMap, header::AUTHORIZATION};

/// What a request brings as `Authorization: Bearer …` (RFC 6750, 2.1). Other schemes, such as that of a proxy in front,
/// bring nothing to us; of two headers neither is taken.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (first, more) = (values.next()?, values.next());
    let (scheme, token) = first.to_str().ok()?.split_once(' ')?;
    (more.is_none() && scheme.eq_ignore_ascii_case("bearer")).then_some(token.trim())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn one_token_of_the_scheme_is_taken() {
        for (lines, token) in [
            (vec!["Bearer a.b.c"], Some("a.b.c")),
            (vec!["bearer  a.b.c "], Some("a.b.c")),
            (vec!["Bearer "], Some("")),
            (vec!["Bearer"], None),
            (vec!["Basic dTpw"], None),
            (vec!["Bearer a", "Bearer b"], None),
            (vec![], None),
        ] {
            let headers: HeaderMap =
                lines.iter().map(|line| (AUTHORIZATION, HeaderValue::from_static(line))).collect();
            assert_eq!(bearer(&headers), token, "{lines:?}");
        }
    }
}
