//! Entity tags and conditional responses.

use std::borrow::Cow;

use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};
use ui::assets::fnv1a;

/// Returns 200 with the body, or 304 without a body if `If-None-Match` contains the entity tag of
/// the body.
///
/// The tag is a hash of the body. So the tag changes whenever the body changes, for example when
/// fewer days of a trial remain. No additional read of the table is needed to compute the tag.
#[must_use]
pub fn conditional_response(
    headers: &HeaderMap,
    media: &'static str,
    body: impl Into<Cow<'static, str>>,
) -> Response {
    let body = body.into();
    let tag = etag(&body);
    let mut response = if matches_etag(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, media)], body).into_response()
    };
    response.headers_mut().extend(HeaderValue::from_str(&tag).ok().map(|tag| (ETAG, tag)));
    response
}

/// Returns the strong entity tag of a body.
#[must_use]
pub fn etag(body: &str) -> String {
    format!("\"{:016x}\"", fnv1a(body.as_bytes()))
}

/// Returns whether `If-None-Match` contains the tag.
///
/// The comparison ignores whether a tag is marked as weak with `W/` (RFC 9110, section 13.1.2). A
/// proxy that compresses a response adds this mark to the tag.
#[must_use]
pub fn matches_etag(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(str::trim);
    tags.any(|it| it == "*" || it.strip_prefix("W/").unwrap_or(it) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn respond(body: &str, known: &[&str]) -> Response {
        let headers = known.iter().map(|tag| (IF_NONE_MATCH, HeaderValue::from_str(tag).unwrap())).collect();
        conditional_response(&headers, "text/html; charset=utf-8", body.to_owned())
    }

    #[test]
    fn matching_tag_gets_304_without_a_body() {
        let first = respond("<p>1 of 8</p>", &[]);
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        assert_eq!(
            (first.status(), &first.headers()[CONTENT_TYPE]),
            (StatusCode::OK, &"text/html; charset=utf-8".parse().unwrap())
        );
        let weak = format!("W/{tag}");
        let list = format!("\"x\", {tag}");
        for (known, status) in [
            (tag.as_str(), 304),
            (&weak, 304),
            (&list, 304),
            ("*", 304),
            ("\"x\"", 200),
            ("", 200),
            (&tag[1..], 200),
        ] {
            let again = respond("<p>1 of 8</p>", &[known]);
            assert_eq!(
                (again.status().as_u16(), again.headers()[ETAG].to_str().unwrap()),
                (status, tag.as_str()),
                "{known}"
            );
            assert_eq!(again.headers().contains_key(CONTENT_TYPE), status == 200);
        }
        assert_eq!(respond("<p>2 of 8</p>", &[&tag]).status(), StatusCode::OK);
    }
}
