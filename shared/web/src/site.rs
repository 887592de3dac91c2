//! The cross-site rule: rejects changes that pages of other sites request.

use axum::{
    extract::Request,
    http::{HeaderMap, Method, header::ORIGIN},
};

use crate::origin;

/// Returns whether a page of another site may have made the browser send this request.
///
/// This is the rule of Go 1.25's `http.CrossOriginProtection`:
///
/// 1. A request with a method that only reads (`GET`, `HEAD`, or `OPTIONS`) is accepted.
/// 2. If the header `Sec-Fetch-Site` is present, its value must be `same-origin` or `none`. Every
///    current browser sends this header, and no page can forge it.
/// 3. If only the header `Origin` is present, its value must be the stage's origin.
/// 4. A request with neither header is accepted, because it does not come from a browser.
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

/// Returns the single value of a header.
///
/// Returns an empty value if the header is repeated or its value is not ASCII text. An empty value
/// never equals an allowed value, so the request is then rejected.
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
    fn other_sites_are_rejected_and_api_clients_pass() {
        let own = ("origin", "https://onramp.example.com");
        let foreign = ("origin", "https://evil.example");
        for (method, headers, cross_site) in [
            ("POST", vec![("sec-fetch-site", "same-origin"), own], false),
            ("POST", vec![("sec-fetch-site", "none")], false),
            ("POST", vec![("sec-fetch-site", "same-site"), own], true),
            ("POST", vec![("sec-fetch-site", "cross-site")], true),
            ("POST", vec![("sec-fetch-site", "cross-site"), own], true),
            ("POST", vec![("sec-fetch-site", "nonsense")], true),
            ("POST", vec![("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], true),
            ("POST", vec![own], false),
            ("POST", vec![foreign], true),
            ("POST", vec![("origin", "null")], true),
            ("POST", vec![("origin", "http://onramp.example.com")], true),
            ("POST", vec![("origin", "https://onramp.example.com.evil.example")], true),
            ("POST", vec![], false),
            ("DELETE", vec![foreign], true),
            ("GET", vec![("sec-fetch-site", "cross-site"), foreign], false),
            ("HEAD", vec![("sec-fetch-site", "cross-site")], false),
        ] {
            let mut request = Request::builder().method(method).header("host", "onramp.example.com");
            for (name, value) in &headers {
                request = request.header(*name, *value);
            }
            let request = request.body(Body::empty()).unwrap();
            assert_eq!(is_cross_site(&request), cross_site, "{method} {headers:?}");
        }
    }
}
