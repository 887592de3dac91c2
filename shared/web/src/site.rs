use axum::{
    extract::Request,
    http::{HeaderMap, Method, header::ORIGIN},
};

use crate::origin;

/// Whether a request may have been made by a page of another site, with this browser's cookies in it.
///
/// The rule of Go 1.25's `http.CrossOriginProtection`: methods that only read pass; `Sec-Fetch-Site`, which every
/// current browser sends and no page can forge, decides where it is present; else `Origin` must be our own; a request
/// with neither was not made by a browser.
pub(crate) fn is_cross_site(request: &Request) -> bool {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return false;
    }
    let headers = request.headers();
    match (only(headers, "sec-fetch-site"), only(headers, ORIGIN.as_str())) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(from)) => from != origin::origin(request),
        (None, None) => false,
    }
}

/// The header's one value; an unreadable or repeated one is a value that equals nothing.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { Some("") } else { Some(first.to_str().unwrap_or_default()) }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn browsers_of_other_sites_are_refused_and_programs_are_not() {
        let ours = ("origin", "https://onramp.example.com");
        let theirs = ("origin", "https://evil.example");
        for (method, headers, refused) in [
            ("POST", vec![("sec-fetch-site", "same-origin"), ours], false),
            ("POST", vec![("sec-fetch-site", "none")], false),
            ("POST", vec![("sec-fetch-site", "same-site"), ours], true),
            ("POST", vec![("sec-fetch-site", "cross-site")], true),
            ("POST", vec![("sec-fetch-site", "cross-site"), ours], true),
            ("POST", vec![("sec-fetch-site", "nonsense")], true),
            ("POST", vec![("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], true),
            ("POST", vec![ours], false),
            ("POST", vec![theirs], true),
            ("POST", vec![("origin", "null")], true),
            ("POST", vec![("origin", "http://onramp.example.com")], true),
            ("POST", vec![("origin", "https://onramp.example.com.evil.example")], true),
            ("POST", vec![], false),
            ("DELETE", vec![theirs], true),
            ("GET", vec![("sec-fetch-site", "cross-site"), theirs], false),
            ("HEAD", vec![("sec-fetch-site", "cross-site")], false),
        ] {
            let mut request = Request::builder().method(method).header("host", "onramp.example.com");
            for (name, value) in &headers {
                request = request.header(*name, *value);
            }
            let request = request.body(Body::empty()).unwrap();
            assert_eq!(is_cross_site(&request), refused, "{method} {headers:?}");
        }
    }
}
