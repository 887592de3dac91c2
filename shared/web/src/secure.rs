//! The security middleware of every router.
//!
//! The middleware first checks the cross-site rule, then calls the router, and then adds the
//! security headers to the response. So every response has these headers, including errors of the
//! framework axum. On a path of a widget, the middleware removes the cookies of a request with an
//! embed token before a handler can read them.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::Response,
};
use tracing::{
    Instrument, Span,
    field::{Empty, display},
};

use crate::{
    Embeddable, Origins, ResponseFormat,
    embedding::{self, CorsMode, is_embeddable_path},
    form,
    origin::{self, PublicUrl},
    problem::{Kind, Problem},
    problem_response, routes, session,
    site::is_cross_site,
    words::detail,
};

/// Configuration of [`secure`] for one function.
#[derive(Clone, Debug)]
pub struct SecurityProfile {
    /// The content security policy of responses that are not embeddable frames.
    policy: HeaderValue,
    /// Patterns of the paths to which the cross-site rule does not apply.
    exempt: &'static [&'static str],
    /// The origins whose pages may embed widgets.
    embedders: Arc<Origins>,
    public_url: Option<PublicUrl>,
}

/// The content security policy of pages. It ends with `form-action`, so
/// [`SecurityProfile::with_form_targets`] can append more origins to this directive.
const APP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                   base-uri 'none'; frame-ancestors 'none'; object-src 'none'; form-action 'self'";
const API: &str = "default-src 'none'; frame-ancestors 'none'";

impl SecurityProfile {
    /// Creates a profile for functions with pages.
    ///
    /// The response to a form may redirect to Stripe or to the host app at `app_url`. The policy
    /// lists the origins of both, because browsers also apply `form-action` to the targets of
    /// redirects.
    #[must_use]
    pub fn app(app_url: Option<&str>) -> Self {
        Self::with_form_targets(app_url, Origins::STRIPE)
    }

    /// Like [`app`](Self::app), with the configured origins of Stripe's hosted pages.
    #[must_use]
    pub fn app_with_checkout(app_url: Option<&str>, checkout: &Origins) -> Self {
        Self::with_form_targets(app_url, &checkout.to_string())
    }

    fn with_form_targets(app_url: Option<&str>, checkout: &str) -> Self {
        let host_app =
            app_url.and_then(origin::origin_of).map(|origin| format!(" {origin}")).unwrap_or_default();
        let policy = HeaderValue::from_str(&format!("{APP} {checkout}{host_app}"));
        Self { policy: policy.unwrap_or(HeaderValue::from_static(APP)), ..Self::api() }
    }

    /// Creates a profile for functions without pages.
    #[must_use]
    pub fn api() -> Self {
        let policy = HeaderValue::from_static(API);
        Self { policy, exempt: &[], embedders: Arc::default(), public_url: None }
    }

    pub(crate) fn policy(&self) -> &str {
        self.policy.to_str().unwrap_or(API)
    }

    /// Disables the cross-site rule for paths, given as patterns of [`routes::ROUTES`].
    #[must_use]
    pub const fn with_exempt_paths(mut self, patterns: &'static [&'static str]) -> Self {
        self.exempt = patterns;
        self
    }

    /// Sets the origin at which browsers reach the stage. With `None`, the origin is the domain of
    /// each request.
    #[must_use]
    pub fn with_public_url(mut self, public_url: Option<&str>) -> Self {
        self.public_url = public_url.map(|url| PublicUrl(url.into()));
        self
    }

    /// Allows pages of these origins to embed widgets.
    #[must_use]
    pub fn with_embedders(mut self, origins: &Origins) -> Self {
        self.embedders = Arc::new(origins.clone());
        self
    }
}

/// Wraps a router in the security middleware.
///
/// The middleware checks the cross-site rule first. It adds the security headers and `x-request-id`
/// to each response. It limits request bodies to 64 KiB, unless a route sets its own
/// [`DefaultBodyLimit`]. It also converts 404, 405, and the errors of axum's extractors to
/// problems.
pub fn secure(router: Router, profile: SecurityProfile) -> Router {
    router
        .fallback(routes::not_routed)
        .method_not_allowed_fallback(routes::not_routed)
        .layer(DefaultBodyLimit::max(form::MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(profile, guard))
}

async fn guard(State(profile): State<SecurityProfile>, mut request: Request, next: Next) -> Response {
    if let Some(url) = profile.public_url.clone() {
        request.extensions_mut().insert(url);
    }
    let id = origin::request_id(request.extensions());
    let exempt = profile.exempt.iter().any(|pattern| routes::matches(pattern, request.uri().path()));
    let format = ResponseFormat::of(request.headers());
    let cors = CorsMode::of(&request, &profile.embedders);
    let embeddable_path = is_embeddable_path(request.uri().path());
    if matches!(cors, CorsMode::Token(_) | CorsMode::Foreign) {
        // Without cookies, access depends only on the token. A page of another site cannot send a
        // token that it does not have. So the cross-site rule is not needed for listed origins.
        request.headers_mut().remove(header::COOKIE);
    }
    let span = request_span(&id, &request);
    let cross_site = match cors {
        CorsMode::Own => !exempt && is_cross_site(&request),
        CorsMode::Foreign => true,
        CorsMode::Token(_) | CorsMode::Preflight(_) => false,
    };
    let mut response = match &cors {
        _ if cross_site => span.in_scope(|| problem_response(format, Problem::cross_site())),
        CorsMode::Preflight(from) => CorsMode::preflight(from, request.uri().path()),
        _ => async { normalize_rejection(format, next.run(request).await) }.instrument(span).await,
    };
    let embeddable = response.extensions_mut().remove::<Embeddable>();
    let headers = response.headers_mut();
    for (name, value) in SECURITY_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = embeddable.as_ref().and_then(Embeddable::policy).unwrap_or(profile.policy);
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    if let Some(embeddable) = embeddable {
        headers.insert(embedding::RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
        if matches!(embeddable, Embeddable::Frame(_)) {
            headers.insert(embedding::EMBEDDER_POLICY, HeaderValue::from_static("require-corp"));
        }
    }
    if embeddable_path {
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        cors.add_headers(headers);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    response
}

/// Creates the span with the fields that all log lines of a request share: the request ID, the
/// route, and the IDs of the organization and the user. The last two come from the session cookie,
/// which is not verified yet.
///
/// The path is omitted, because it can contain the secret of a link.
fn request_span(id: &str, request: &Request) -> Span {
    let span = tracing::info_span!("request", id, route = Empty, organization = Empty, user = Empty);
    if let Some(route) = origin::route(request.extensions()) {
        span.record("route", route);
    }
    if let Some(token) = session::token(request.headers()) {
        span.record("organization", display(token.org)).record("user", display(token.user));
    }
    span
}

/// Replaces a plain-text error of an axum extractor with a problem. A 4xx response in plain text
/// always comes from an extractor, because no handler returns such a response.
fn normalize_rejection(format: ResponseFormat, response: Response) -> Response {
    let status = response.status();
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !status.is_client_error() || !content_type.is_some_and(|media| media.starts_with("text/plain")) {
        return response;
    }
    let problem = match status {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Kind::TooLarge, detail::BODY_TOO_LARGE),
        _ => Problem::bad_request(detail::UNPARSABLE),
    };
    problem_response(format, problem)
}

/// The headers of every response.
pub(crate) const SECURITY_HEADERS: [(HeaderName, &str); 5] = [
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // The value is not `no-referrer`, because browsers would then send `Origin: null` with
    // same-origin forms (Fetch standard).
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (embedding::RESOURCE_POLICY, "same-origin"),
];

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, Bytes},
        routing::{get, post},
    };
    use tower::ServiceExt;

    use super::*;
    use crate::see_other;

    fn router(profile: SecurityProfile) -> Router {
        let cached = || async { ([(header::CACHE_CONTROL, "public")], "body") };
        let router = Router::new()
            .route("/dashboard", get(|| async { "fine" }))
            .route("/assets/{file}", get(cached))
            .route("/logout", post(|| async { see_other("/") }))
            .route("/login", get(|| async { Problem::internal() }));
        secure(router, profile)
    }

    async fn send(profile: SecurityProfile, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::builder().method(method).uri(path).header("host", "onramp.example.com");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        router(profile).oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn every_response_has_the_security_headers() {
        for (method, path, status) in [
            ("GET", "/dashboard", 200),
            ("POST", "/logout", 303),
            ("GET", "/login", 500),
            ("GET", "/nowhere", 404),
            ("PUT", "/logout", 405),
            // The path belongs to another function, but `$default` sends this request to the
            // function with this router.
            ("DELETE", "/organizations/new", 405),
        ] {
            let response = send(SecurityProfile::app(None), method, path, &[]).await;
            assert_eq!(response.status(), status, "{method} {path}");
            let headers = response.headers();
            for (name, value) in SECURITY_HEADERS {
                assert_eq!(headers[name], value, "{method} {path}");
            }
            assert_eq!(headers[header::CONTENT_SECURITY_POLICY], format!("{APP} {}", Origins::STRIPE));
            assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{method} {path}");
            assert!(headers.contains_key("x-request-id"));
        }
        assert_eq!(
            send(SecurityProfile::api(), "GET", "/assets/a.css", &[]).await.headers()[header::CACHE_CONTROL],
            "public"
        );
    }

    #[tokio::test]
    async fn unsupported_method_gets_the_supported_ones() {
        let response = send(SecurityProfile::app(None), "PUT", "/login", &[]).await;
        assert_eq!(response.headers()[header::ALLOW], "GET, HEAD, POST");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let page = send(SecurityProfile::app(None), "PUT", "/logout", &[("accept", "text/html")]).await;
        assert_eq!(page.headers()[header::ALLOW], "POST");
        assert_eq!(page.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    }

    #[tokio::test]
    async fn own_site_is_the_configured_public_url() {
        for (public_url, from, status) in [
            (Some("https://www.example.com"), "https://www.example.com", 303),
            (Some("https://www.example.com"), "https://onramp.example.com", 403),
            (None, "https://onramp.example.com", 303),
            (None, "https://www.example.com", 403),
        ] {
            let profile = SecurityProfile::app(None).with_public_url(public_url);
            let response = send(profile, "POST", "/logout", &[("origin", from)]).await;
            assert_eq!(response.status(), status, "{public_url:?} {from}");
        }
    }

    #[tokio::test]
    async fn other_sites_are_rejected_before_routing() {
        let evil = [("sec-fetch-site", "cross-site")];
        assert_eq!(
            send(SecurityProfile::app(None), "POST", "/logout", &evil).await.status(),
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            send(SecurityProfile::app(None), "POST", "/nowhere", &evil).await.status(),
            StatusCode::FORBIDDEN
        );
        let exempt = SecurityProfile::app(None).with_exempt_paths(&["/logout", "/login/{token}"]);
        assert_eq!(send(exempt.clone(), "POST", "/logout", &evil).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(send(exempt.clone(), "POST", "/login/f00d", &evil).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(send(exempt, "POST", "/login", &evil).await.status(), StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn embed_token_drops_cookies_and_needs_a_listed_origin() {
        let echo = |headers: axum::http::HeaderMap| async move {
            let cookie = headers.contains_key(header::COOKIE);
            if cookie { "cookie" } else { "none" }
        };
        let router =
            Router::new().route("/onboarding/api/checklist/dismiss", post(echo)).route("/logout", post(echo));
        let profile = SecurityProfile::app(None).with_embedders(&"https://app.example.com".parse().unwrap());
        let router = secure(router, profile);
        let dismiss = "/onboarding/api/checklist/dismiss";
        let (app, evil) = ("https://app.example.com", "https://evil.example");
        for (path, origin, token, status, expected_body) in [
            (dismiss, Some(app), true, 200, Some("none")),
            (dismiss, None, true, 200, Some("none")),
            (dismiss, Some(evil), true, 403, None),
            // Without a token, or on a path without widgets, the cross-site rule rejects a request
            // from the host app like a request from any other site.
            (dismiss, Some(app), false, 403, None),
            (dismiss, Some("https://onramp.example.com"), false, 200, Some("cookie")),
            ("/logout", Some(app), true, 403, None),
            ("/logout", None, true, 200, Some("cookie")),
        ] {
            let mut request =
                Request::post(path).header("host", "onramp.example.com").header("cookie", "__Host-s=x");
            if token {
                request = request.header("authorization", "Bearer x");
            }
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(response.status(), status, "{path} {origin:?} {token}");
            let headers = response.headers().clone();
            let shared = headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).map(|it| it.to_str().unwrap());
            assert_eq!(
                shared,
                origin.filter(|it| token && *it == app && path == dismiss),
                "{path} {origin:?} {token}"
            );
            assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
            assert_eq!(headers.contains_key(header::VARY), path == dismiss);
            let body = axum::body::to_bytes(response.into_body(), 99_999).await.unwrap();
            assert!(
                expected_body.is_none_or(|expected| body == expected.as_bytes()),
                "{path} {origin:?} {token}: {body:?}"
            );
        }
    }

    #[tokio::test]
    async fn preflight_succeeds_only_for_listed_origins() {
        let profile = SecurityProfile::app(None).with_embedders(&"https://app.example.com".parse().unwrap());
        let preflight = |origin| [("origin", origin), ("access-control-request-method", "GET")];
        let path = "/onboarding/api/checklist/complete/created_project";
        let allowed = send(profile.clone(), "OPTIONS", path, &preflight("https://app.example.com")).await;
        assert_eq!(
            (allowed.status(), &allowed.headers()[header::ACCESS_CONTROL_ALLOW_METHODS]),
            (StatusCode::NO_CONTENT, &HeaderValue::from_static("POST"))
        );
        assert_eq!(allowed.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://app.example.com");
        for (name, value) in SECURITY_HEADERS {
            assert_eq!(allowed.headers()[name], value);
        }
        let rejected = send(profile, "OPTIONS", path, &preflight("https://evil.example")).await;
        assert_eq!(rejected.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert!(!rejected.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    }

    #[tokio::test]
    async fn embeddable_frame_differs_only_in_its_policies() {
        let origins: Origins = "https://app.example.com".parse().unwrap();
        let frame = move || {
            let mut response = see_other("/");
            response.extensions_mut().insert(Embeddable::Frame(origins.clone()));
            std::future::ready(response)
        };
        let router = secure(Router::new().route("/frame", get(frame)), SecurityProfile::app(None));
        let response = router.oneshot(Request::get("/frame").body(Body::empty()).unwrap()).await.unwrap();
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(policy.contains("frame-ancestors https://app.example.com;"), "{policy}");
        for (name, value) in SECURITY_HEADERS {
            let value = if name == embedding::RESOURCE_POLICY { "cross-origin" } else { value };
            assert_eq!(response.headers()[name], value);
        }
        assert_eq!(
            response.headers()[embedding::EMBEDDER_POLICY],
            "require-corp",
            "a page with COEP can only embed frames with COEP"
        );
    }

    #[tokio::test]
    async fn extractor_rejection_becomes_a_problem() {
        let router = Router::new().route("/webhook", post(|_: Bytes| async {}));
        for (length, status) in [(form::MAX_BODY_BYTES, 200), (form::MAX_BODY_BYTES + 1, 413)] {
            let request = Request::post("/webhook").body(Body::from(vec![b'x'; length])).unwrap();
            let response = secure(router.clone(), SecurityProfile::api()).oneshot(request).await.unwrap();
            assert_eq!(response.status(), status);
            if status == 413 {
                assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
            }
        }
    }

    #[test]
    fn policy_lists_the_host_app_and_rejects_injection() {
        let policy = |url| SecurityProfile::app(Some(url)).policy.to_str().unwrap().to_owned();
        assert!(
            policy("https://app.example.com/start?x").ends_with("billing.stripe.com https://app.example.com")
        );
        assert!(policy("http://localhost:3000").ends_with(" http://localhost:3000"));
        for bad in ["", "/dashboard", "javascript:alert(1)", "https://x; script-src *", "https://"] {
            assert_eq!(policy(bad), format!("{APP} {}", Origins::STRIPE), "{bad}");
        }
        let custom = SecurityProfile::app_with_checkout(None, &"http://localhost:8485".parse().unwrap());
        assert_eq!(custom.policy, format!("{APP} http://localhost:8485"));
    }
}
