//! CORS and framing for widgets that pages of the host app embed.
//!
//! A request for a widget carries an embed token in the `Authorization` header. Onramp ignores the
//! cookies of such a request, so third-party cookies and the header
//! `Access-Control-Allow-Credentials` are not needed.
//!
//! Because of the `Authorization` header, a browser first sends a preflight request (Fetch
//! standard, section 4.8). The browser may cache the response to it for two hours. The token is in
//! a header for two reasons. The URLs of these requests do not contain the token, and a form of
//! another site cannot send a header.
//!
//! If a frame cannot show its widget, the response is an empty document that contains the reason.
//! The script of the frame reads the reason. Pages of the listed origins may embed this document
//! too. Otherwise the browser would show its own error page, which does not name the reason.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{Origins, bearer::bearer, origin, routes};

/// How long browsers may cache a preflight response, in seconds. Chromium caches it for at most two
/// hours.
const PREFLIGHT_MAX_AGE: &str = "7200";

/// The response headers that an embedding page may read.
const EXPOSED_HEADERS: &str = "etag, retry-after, www-authenticate, x-request-id";

/// The paths whose requests may carry an embed token, as patterns of [`routes::ROUTES`].
const PATHS: [&str; 11] = [
    "/onboarding/widget",
    "/onboarding/banner",
    "/onboarding/api/checklist",
    "/onboarding/api/checklist/complete/{task}",
    "/onboarding/api/checklist/skip/{task}",
    "/onboarding/api/checklist/uncomplete/{task}",
    "/onboarding/api/checklist/unskip/{task}",
    "/onboarding/api/checklist/dismiss",
    "/onboarding/api/checklist/restore",
    "/onboarding/api/checklist/seen",
    "/onboarding/api/checklist/view/{change}",
];

/// Response extension that marks a response as embeddable by pages of other origins.
///
/// [`secure`](crate::secure()) turns the extension into response headers. A frame and a file get
/// their own `Cross-Origin-Resource-Policy`. A frame also gets its own `Content-Security-Policy`
/// and a `Cross-Origin-Embedder-Policy`. A file gets `Access-Control-Allow-Origin: *`.
#[derive(Clone, Debug)]
pub enum Embeddable {
    /// A document that pages of these origins may show in a frame.
    Frame(Origins),
    /// A file that any page may load, because it has the same content for all users.
    File,
}

impl Embeddable {
    /// Returns the content security policy of a framed document; `None` keeps the default policy.
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

/// How CORS applies to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CorsMode {
    /// The request gets no CORS headers. Either its path has no widgets, or it is neither a
    /// preflight from a listed origin nor a request with an embed token.
    Own,
    /// A preflight from a page of this listed origin.
    Preflight(HeaderValue),
    /// The request carries an embed token. The value is the origin of the page that sent the
    /// request, if this origin is listed. The value is `None` if the request has no `Origin`
    /// header, or if the origin is that of Onramp itself.
    Token(Option<HeaderValue>),
    /// The request carries an embed token from a page whose origin is not listed.
    Foreign,
}

impl CorsMode {
    /// Classifies a request. `origins` are the origins whose pages may embed widgets.
    pub fn of(request: &Request, origins: &Origins) -> Self {
        if !is_embeddable_path(request.uri().path()) {
            return Self::Own;
        }
        let headers = request.headers();
        let from = headers.get(header::ORIGIN);
        let listed = from.filter(|from| from.to_str().is_ok_and(|from| origins.contains(from)));
        if *request.method() == Method::OPTIONS {
            return match listed {
                Some(from) if headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) => {
                    Self::Preflight(from.clone())
                }
                _ => Self::Own,
            };
        }
        let is_own = |from: &HeaderValue| from.as_bytes() == origin::origin(request).as_bytes();
        match (bearer(headers), from) {
            (None, _) => Self::Own,
            (Some(_), Some(from)) if listed.is_none() && !is_own(from) => Self::Foreign,
            (Some(_), _) => Self::Token(listed.cloned()),
        }
    }

    /// Builds the response to a preflight, with the methods of the path and the allowed headers.
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
            (header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_MAX_AGE),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }

    /// Adds the CORS headers that let a listed page read the response.
    pub fn add_headers(&self, headers: &mut HeaderMap) {
        let Self::Token(Some(from)) = self else { return };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, from.clone());
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
    }
}

/// Returns the origin of the page that embeds the requested page or links to it, from the `Referer`
/// header.
///
/// A page cannot make the browser send a false origin, but it can make the browser omit the header.
/// The result is then `None`.
#[must_use]
pub fn referrer(headers: &HeaderMap) -> Option<String> {
    headers.get(header::REFERER)?.to_str().ok().and_then(origin::origin_of)
}

/// Returns whether responses of a path depend on the embedding origin.
pub(crate) fn is_embeddable_path(path: &str) -> bool {
    PATHS.iter().any(|pattern| routes::matches(pattern, path))
}

/// The header `Cross-Origin-Resource-Policy`, which states which origins may load a response.
pub(crate) const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// The header `Cross-Origin-Embedder-Policy`. A page that sets this header can only embed frames
/// that set it too (HTML standard, section 7.1.4).
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
    fn token_is_accepted_from_listed_origins_and_without_origin() {
        let app = HeaderValue::from_static("https://app.example.com");
        let token = ("authorization", "Bearer x");
        let requested_method = ("access-control-request-method", "POST");
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
            ("OPTIONS", write, vec![from, requested_method], CorsMode::Preflight(app)),
            ("OPTIONS", write, vec![evil, requested_method], CorsMode::Own),
            ("OPTIONS", write, vec![from], CorsMode::Own),
            ("OPTIONS", "/logout", vec![from, requested_method], CorsMode::Own),
        ] {
            assert_eq!(cors_mode(method, path, &headers), expected, "{method} {path} {headers:?}");
        }
    }

    #[test]
    fn referrer_is_reduced_to_its_origin() {
        for (referer, origin) in [
            ("https://app.example.com/", Some("https://app.example.com")),
            ("http://127.0.0.1:9000/settings?tab=1", Some("http://127.0.0.1:9000")),
            ("about:blank", None),
            ("https://x; frame-ancestors *", None),
        ] {
            let headers = HeaderMap::from_iter([(header::REFERER, HeaderValue::from_static(referer))]);
            assert_eq!(referrer(&headers).as_deref(), origin, "{referer}");
        }
        assert_eq!(referrer(&HeaderMap::new()), None);
    }

    #[test]
    fn frame_policy_lists_exactly_the_given_origins() {
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
