//! Pieces of ours on pages of other origins: who may hold them, and what their browsers are told.
//!
//! Requests for them bring the host app's token and no cookie is read, so no cookie has to be sent: third-party cookies
//! and `Access-Control-Allow-Credentials` have no part in it. A header that names a token makes a browser ask first
//! ("preflight", Fetch standard, 4.8); that it may remember for two hours, and in return the token stands in no address,
//! and a form of another site can never bring one.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{Origins, bearer::bearer, origin, routes};

/// The longest that browsers remember an answer to a preflight.
const REMEMBERED: &str = "7200";

/// What of an answer a page may read beside its body.
const READABLE: &str = "etag, retry-after, www-authenticate, x-request-id";

/// The paths whose requests may bring a token, as the route table has them.
const PATHS: [&str; 9] = [
    "/onboarding/widget",
    "/onboarding/banner",
    "/onboarding/api/checklist",
    "/onboarding/api/checklist/complete/{task}",
    "/onboarding/api/checklist/skip/{task}",
    "/onboarding/api/checklist/unskip/{task}",
    "/onboarding/api/checklist/dismiss",
    "/onboarding/api/checklist/restore",
    "/onboarding/api/checklist/seen",
];

/// Marks an answer that pages of other origins may hold; the profile of embedded things differs from the others in
/// these directives of the policy and in `Cross-Origin-Resource-Policy` alone.
#[derive(Clone, Debug)]
pub enum Embeddable {
    /// A document, in a frame of pages of these origins.
    Frame(Origins),
    /// A file that any page may load: it is the same for everybody.
    File,
}

impl Embeddable {
    /// The policy of a document in a frame; a file keeps that of the others.
    pub(crate) fn policy(&self) -> Option<HeaderValue> {
        let Self::Frame(origins) = self else { return None };
        let ancestors = origins.to_string();
        let ancestors = if ancestors.is_empty() { "'none'" } else { &ancestors };
        HeaderValue::from_str(&format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             base-uri 'none'; frame-ancestors {ancestors}; object-src 'none'; form-action 'none'"
        ))
        .ok()
    }
}

/// Where a request for an embedded piece stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CorsMode {
    /// It is none: nothing of this applies.
    Own,
    /// A browser asks whether a page of this origin may ask.
    Preflight(HeaderValue),
    /// It brings a token, from a page of this origin if a browser sent it.
    Token(Option<HeaderValue>),
    /// It brings a token from a page that is not on the list.
    Foreign,
}

impl CorsMode {
    /// Judges a request, `origins` being those whose pages may hold pieces of ours.
    pub fn of(request: &Request, origins: &Origins) -> Self {
        if !is_shared(request.uri().path()) {
            return Self::Own;
        }
        let headers = request.headers();
        let from = headers.get(header::ORIGIN);
        let listed = from.filter(|from| from.to_str().is_ok_and(|from| origins.have(from)));
        if *request.method() == Method::OPTIONS {
            return match listed {
                Some(from) if headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) => {
                    Self::Preflight(from.clone())
                }
                _ => Self::Own,
            };
        }
        let ours = |from: &HeaderValue| from.as_bytes() == origin::origin(request).as_bytes();
        match (bearer(headers), from) {
            (None, _) => Self::Own,
            (Some(_), Some(from)) if listed.is_none() && !ours(from) => Self::Foreign,
            (Some(_), _) => Self::Token(listed.cloned()),
        }
    }

    /// The answer to a preflight: which methods the path has, and which headers may be sent.
    pub fn preflight(from: &HeaderValue, path: &str) -> Response {
        let methods = routes::allowed_methods(path);
        let methods = methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let mut response = StatusCode::NO_CONTENT.into_response();
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, from.clone());
        headers.extend(
            HeaderValue::from_str(&methods).ok().map(|it| (header::ACCESS_CONTROL_ALLOW_METHODS, it)),
        );
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, if-none-match"),
            (header::ACCESS_CONTROL_MAX_AGE, REMEMBERED),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }

    /// Adds what the page's browser has to be told.
    pub fn tell(&self, headers: &mut HeaderMap) {
        let Self::Token(Some(from)) = self else { return };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, from.clone());
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READABLE));
    }
}

/// The origin of the page that holds a frame or leads to a page, as far as its browser tells: no page can have it name
/// another, but each can have it name none.
#[must_use]
pub fn referrer(headers: &HeaderMap) -> Option<String> {
    headers.get(header::REFERER)?.to_str().ok().and_then(origin::origin_of)
}

/// Whether answers at a path may differ by who embeds them.
pub(crate) fn is_shared(path: &str) -> bool {
    PATHS.iter().any(|pattern| routes::matches(pattern, path))
}

/// Whom browsers may hand an answer to.
pub(crate) const POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// What a document demands of all that it loads; a page that demands it holds only frames that demand it too.
pub(crate) const EMBEDDER_POLICY: HeaderName = HeaderName::from_static("cross-origin-embedder-policy");

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn cors_mode(method: &str, path: &str, headers: &[(&str, &str)]) -> CorsMode {
        let origins = "https://app.example.com https://two.example".parse().unwrap();
        let mut request = Request::builder().method(method).uri(path).header("host", "onramp.example.com");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        CorsMode::of(&request.body(Body::empty()).unwrap(), &origins)
    }

    #[test]
    fn who_may_bring_a_token_is_on_the_list_or_no_page() {
        let app = HeaderValue::from_static("https://app.example.com");
        let token = ("authorization", "Bearer x");
        let asks = ("access-control-request-method", "POST");
        let (from, evil) = (("origin", "https://app.example.com"), ("origin", "https://evil.example"));
        let own = ("origin", "https://onramp.example.com");
        let cookie = ("cookie", "__Host-s=x");
        let write = "/onboarding/api/checklist/dismiss";
        for (method, path, headers, expected) in [
            ("GET", "/onboarding/widget", vec![token, from, cookie], CorsMode::Token(Some(app.clone()))),
            ("GET", "/onboarding/widget", vec![token, cookie], CorsMode::Token(None)),
            ("GET", "/onboarding/widget", vec![token, own], CorsMode::Token(None)),
            ("GET", "/onboarding/widget", vec![from, cookie], CorsMode::Own),
            ("GET", "/onboarding/widget", vec![token, evil], CorsMode::Foreign),
            ("GET", "/onboarding/widget", vec![token, ("origin", "null")], CorsMode::Foreign),
            ("POST", write, vec![token, from], CorsMode::Token(Some(app.clone()))),
            ("POST", write, vec![token, evil], CorsMode::Foreign),
            ("POST", write, vec![evil], CorsMode::Own),
            ("POST", "/logout", vec![token, from], CorsMode::Own),
            ("POST", "/host/events", vec![token, from], CorsMode::Own),
            ("GET", "/onboarding/checklist", vec![token, from], CorsMode::Own),
            ("OPTIONS", write, vec![from, asks], CorsMode::Preflight(app)),
            ("OPTIONS", write, vec![evil, asks], CorsMode::Own),
            ("OPTIONS", write, vec![from], CorsMode::Own),
            ("OPTIONS", "/logout", vec![from, asks], CorsMode::Own),
        ] {
            assert_eq!(cors_mode(method, path, &headers), expected, "{method} {path} {headers:?}");
        }
    }

    #[test]
    fn a_referrer_is_no_more_than_an_origin() {
        for (told, origin) in [
            ("https://app.example.com/", Some("https://app.example.com")),
            ("http://127.0.0.1:9000/settings?tab=1", Some("http://127.0.0.1:9000")),
            ("about:blank", None),
            ("https://x; frame-ancestors *", None),
        ] {
            let headers = HeaderMap::from_iter([(header::REFERER, HeaderValue::from_static(told))]);
            assert_eq!(referrer(&headers).as_deref(), origin, "{told}");
        }
        assert_eq!(referrer(&HeaderMap::new()), None);
    }

    #[test]
    fn a_frame_names_exactly_the_pages_that_may_hold_it() {
        let policy = |origins: &str| {
            let policy = Embeddable::Frame(Origins::parse_any(origins).unwrap()).policy().unwrap();
            policy.to_str().unwrap().to_owned()
        };
        assert!(
            policy("https://app.example.com https://two.example")
                .contains("; frame-ancestors https://app.example.com https://two.example; ")
        );
        assert!(policy("").contains("; frame-ancestors 'none'; "));
        assert_eq!(Embeddable::File.policy(), None);
    }
}
