use axum::http::{HeaderMap, header::AUTHORIZATION};

/// What a request brings as `Authorization: Bearer …` (RFC 6750, 2.1). Other schemes, such as that of a proxy in front,
/// bring nothing to us. An empty token, and more than one header, are a token that proves nothing: whoever brings one
/// is never taken for whom a cookie names.
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
    fn one_token_of_the_scheme_is_taken() {
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
