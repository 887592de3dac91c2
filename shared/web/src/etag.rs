use std::borrow::Cow;

use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};

use crate::ui::assets::fnv1a;

/// 200 with a body, or 304 to who has it already. The tag is of the very bytes, so nothing that a body depends on can be
/// forgotten: who looks, how many days are left, what the next version of the code makes of it. It costs no further read.
#[must_use]
pub fn unless_known(
    headers: &HeaderMap,
    media: &'static str,
    body: impl Into<Cow<'static, str>>,
) -> Response {
    let body = body.into();
    let tag = tag(&body);
    let mut response = if is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, media)], body).into_response()
    };
    response.headers_mut().extend(HeaderValue::from_str(&tag).ok().map(|tag| (ETAG, tag)));
    response
}

/// The tag of what has that content.
#[must_use]
pub fn tag(body: &str) -> String {
    format!("\"{:016x}\"", fnv1a(body.as_bytes()))
}

/// Whether `If-None-Match` names the tag (RFC 9110, 13.1.2: compared weakly, since proxies weaken what they compress).
#[must_use]
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(str::trim);
    tags.any(|it| it == "*" || it.strip_prefix("W/").unwrap_or(it) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(body: &str, known: &[&str]) -> Response {
        let headers = known.iter().map(|tag| (IF_NONE_MATCH, HeaderValue::from_str(tag).unwrap())).collect();
        unless_known(&headers, "text/html; charset=utf-8", body.to_owned())
    }

    #[test]
    fn who_has_it_is_told_so_and_nothing_else() {
        let first = ask("<p>1 of 8</p>", &[]);
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
            let again = ask("<p>1 of 8</p>", &[known]);
            assert_eq!(
                (again.status().as_u16(), again.headers()[ETAG].to_str().unwrap()),
                (status, tag.as_str()),
                "{known}"
            );
            assert_eq!(again.headers().contains_key(CONTENT_TYPE), status == 200);
        }
        assert_eq!(ask("<p>2 of 8</p>", &[&tag]).status(), StatusCode::OK);
    }
}
