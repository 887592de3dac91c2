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
    embedding::{self, CorsMode, is_shared},
    form,
    origin::{self, PublicUrl},
    problem::{Kind, Problem},
    refuse, routes, session,
    site::is_cross_site,
};

/// What browsers may do with a function's answers, and which paths other sites may write to.
#[derive(Clone, Debug)]
pub struct SecurityProfile {
    policy: HeaderValue,
    exempt: &'static [&'static str],
    /// The origins whose pages may hold pieces of ours.
    embedders: Arc<Origins>,
    public_url: Option<PublicUrl>,
}

/// The policy of pages, up to the origins that forms may lead to.
const APP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                   base-uri 'none'; frame-ancestors 'none'; object-src 'none'; form-action 'self'";
const API: &str = "default-src 'none'; frame-ancestors 'none'";

impl SecurityProfile {
    /// For functions with pages. Forms may be redirected to Stripe and to the host app at `app_url`: browsers hold the
    /// targets of redirects against `form-action` too.
    #[must_use]
    pub fn app(app_url: Option<&str>) -> Self {
        Self::leading_to(app_url, Origins::STRIPE)
    }

    /// The same for functions whose pages lead to Stripe, and that are told where its hosted pages are.
    #[must_use]
    pub fn paying(app_url: Option<&str>, checkout: &Origins) -> Self {
        Self::leading_to(app_url, &checkout.to_string())
    }

    fn leading_to(app_url: Option<&str>, checkout: &str) -> Self {
        let host_app =
            app_url.and_then(origin::origin_of).map(|origin| format!(" {origin}")).unwrap_or_default();
        let policy = HeaderValue::from_str(&format!("{APP} {checkout}{host_app}"));
        Self { policy: policy.unwrap_or(HeaderValue::from_static(APP)), ..Self::api() }
    }

    /// For functions that only programs speak to.
    #[must_use]
    pub fn api() -> Self {
        let policy = HeaderValue::from_static(API);
        Self { policy, exempt: &[], embedders: Arc::default(), public_url: None }
    }

    pub(crate) fn policy(&self) -> &str {
        self.policy.to_str().unwrap_or(API)
    }

    /// Lets other sites write to these paths, given as the route table has them.
    #[must_use]
    pub const fn exempting(mut self, patterns: &'static [&'static str]) -> Self {
        self.exempt = patterns;
        self
    }

    /// Sets the origin at which browsers reach the stage. Without one it is the domain of each request.
    #[must_use]
    pub fn reached_at(mut self, public_url: Option<&str>) -> Self {
        self.public_url = public_url.map(|url| PublicUrl(url.into()));
        self
    }

    /// Lets pages of these origins hold pieces of ours.
    #[must_use]
    pub fn embedded_by(mut self, origins: &Origins) -> Self {
        self.embedders = Arc::new(origins.clone());
        self
    }
}

/// Puts what every answer needs around a router: the cross-site rule, which is judged before everything else, the
/// security headers, `x-request-id`, the limit on bodies (64 KiB; a route may set its own [`DefaultBodyLimit`]), and
/// errors of the framework, 404 and 405 in our own dress.
pub fn secure(router: Router, profile: SecurityProfile) -> Router {
    router
        .fallback(routes::otherwise)
        .method_not_allowed_fallback(routes::otherwise)
        .layer(DefaultBodyLimit::max(form::MOST_BYTES))
        .layer(middleware::from_fn_with_state(profile, guard))
}

async fn guard(State(profile): State<SecurityProfile>, mut request: Request, next: Next) -> Response {
    if let Some(url) = profile.public_url.clone() {
        request.extensions_mut().insert(url);
    }
    let id = origin::request_id(request.extensions());
    let exempt = profile.exempt.iter().any(|pattern| routes::matches(pattern, request.uri().path()));
    let wants = ResponseFormat::of(request.headers());
    let standing = CorsMode::of(&request, &profile.embedders);
    let shared = is_shared(request.uri().path());
    if matches!(standing, CorsMode::Token(_) | CorsMode::Foreign) {
        // The token is all the authority there is. What rides along is gone before anything could read it, so there is
        // nothing that another site could abuse, and the cross-site rule has nothing to guard.
        request.headers_mut().remove(header::COOKIE);
    }
    let span = about(&id, &request);
    let cross_site = match standing {
        CorsMode::Own => !exempt && is_cross_site(&request),
        CorsMode::Foreign => true,
        CorsMode::Token(_) | CorsMode::Preflight(_) => false,
    };
    let mut response = match &standing {
        _ if cross_site => span.in_scope(|| refuse(wants, Problem::cross_site())),
        CorsMode::Preflight(from) => CorsMode::preflight(from, request.uri().path()),
        _ => async { dress(wants, next.run(request).await) }.instrument(span).await,
    };
    let embeddable = response.extensions_mut().remove::<Embeddable>();
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = embeddable.as_ref().and_then(Embeddable::policy).unwrap_or(profile.policy);
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    if let Some(embeddable) = embeddable {
        headers.insert(embedding::POLICY, HeaderValue::from_static("cross-origin"));
        if matches!(embeddable, Embeddable::Frame(_)) {
            headers.insert(embedding::EMBEDDER_POLICY, HeaderValue::from_static("require-corp"));
        }
    }
    if shared {
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        standing.tell(headers);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    response
}

/// What every log line about a request says of it: its id, its route and, by their ids, whom it claims to be from. The
/// path is left out, because it can hold a one-time link.
fn about(id: &str, request: &Request) -> Span {
    let span = tracing::info_span!("request", id, route = Empty, organization = Empty, user = Empty);
    if let Some(route) = origin::route(request.extensions()) {
        span.record("route", route);
    }
    if let Some(token) = session::token(request.headers()) {
        span.record("organization", display(token.org)).record("user", display(token.user));
    }
    span
}

/// Extractors refuse in plain text, which no answer of ours is: those get our words.
fn dress(wants: ResponseFormat, response: Response) -> Response {
    let status = response.status();
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !status.is_client_error() || !content_type.is_some_and(|media| media.starts_with("text/plain")) {
        return response;
    }
    let problem = match status {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Kind::TooLarge, "Send less at once."),
        _ => Problem::bad_request("The request is not one that this address understands."),
    };
    refuse(wants, problem)
}

pub(crate) const ALWAYS: [(HeaderName, &str); 5] = [
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: with it browsers send `Origin: null` with our own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (embedding::POLICY, "same-origin"),
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

    async fn ask(profile: SecurityProfile, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::builder().method(method).uri(path).header("host", "onramp.example.com");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        router(profile).oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn every_answer_carries_every_header() {
        for (method, path, status) in [
            ("GET", "/dashboard", 200),
            ("POST", "/logout", 303),
            ("GET", "/login", 500),
            ("GET", "/nowhere", 404),
            ("PUT", "/logout", 405),
            // Another function's path, as `$default` meets it.
            ("DELETE", "/organizations/new", 405),
        ] {
            let response = ask(SecurityProfile::app(None), method, path, &[]).await;
            assert_eq!(response.status(), status, "{method} {path}");
            let headers = response.headers();
            for (name, value) in ALWAYS {
                assert_eq!(headers[name], value, "{method} {path}");
            }
            assert_eq!(headers[header::CONTENT_SECURITY_POLICY], format!("{APP} {}", Origins::STRIPE));
            assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{method} {path}");
            assert!(headers.contains_key("x-request-id"));
        }
        assert_eq!(
            ask(SecurityProfile::api(), "GET", "/assets/a.css", &[]).await.headers()[header::CACHE_CONTROL],
            "public"
        );
    }

    #[tokio::test]
    async fn a_method_that_the_path_lacks_is_told_those_it_has() {
        let response = ask(SecurityProfile::app(None), "PUT", "/login", &[]).await;
        assert_eq!(response.headers()[header::ALLOW], "GET, HEAD, POST");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let page = ask(SecurityProfile::app(None), "PUT", "/logout", &[("accept", "text/html")]).await;
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
            let profile = SecurityProfile::app(None).reached_at(public_url);
            let answer = ask(profile, "POST", "/logout", &[("origin", from)]).await;
            assert_eq!(answer.status(), status, "{public_url:?} {from}");
        }
    }

    #[tokio::test]
    async fn other_sites_are_refused_before_anything_else() {
        let evil = [("sec-fetch-site", "cross-site")];
        assert_eq!(
            ask(SecurityProfile::app(None), "POST", "/logout", &evil).await.status(),
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            ask(SecurityProfile::app(None), "POST", "/nowhere", &evil).await.status(),
            StatusCode::FORBIDDEN
        );
        let exempt = SecurityProfile::app(None).exempting(&["/logout", "/login/{token}"]);
        assert_eq!(ask(exempt.clone(), "POST", "/logout", &evil).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(ask(exempt.clone(), "POST", "/login/f00d", &evil).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(ask(exempt, "POST", "/login", &evil).await.status(), StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn a_token_brings_no_cookie_along_and_a_page_that_is_not_listed_brings_nothing() {
        let echo = |headers: axum::http::HeaderMap| async move {
            let cookie = headers.contains_key(header::COOKIE);
            if cookie { "cookie" } else { "none" }
        };
        let router =
            Router::new().route("/onboarding/api/checklist/dismiss", post(echo)).route("/logout", post(echo));
        let profile = SecurityProfile::app(None).embedded_by(&"https://app.example.com".parse().unwrap());
        let router = secure(router, profile);
        let dismiss = "/onboarding/api/checklist/dismiss";
        let (app, evil) = ("https://app.example.com", "https://evil.example");
        for (path, origin, token, status, told) in [
            (dismiss, Some(app), true, 200, Some("none")),
            (dismiss, None, true, 200, Some("none")),
            (dismiss, Some(evil), true, 403, None),
            // Without a token an embedder is a site like every other, and so it is at every other path.
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
            assert!(told.is_none_or(|told| body == told.as_bytes()), "{path} {origin:?} {token}: {body:?}");
        }
    }

    #[tokio::test]
    async fn a_preflight_of_a_listed_page_is_answered_and_no_other() {
        let profile = SecurityProfile::app(None).embedded_by(&"https://app.example.com".parse().unwrap());
        let asks = |origin| [("origin", origin), ("access-control-request-method", "GET")];
        let path = "/onboarding/api/checklist/complete/created_project";
        let told = ask(profile.clone(), "OPTIONS", path, &asks("https://app.example.com")).await;
        assert_eq!(
            (told.status(), &told.headers()[header::ACCESS_CONTROL_ALLOW_METHODS]),
            (StatusCode::NO_CONTENT, &HeaderValue::from_static("POST"))
        );
        assert_eq!(told.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://app.example.com");
        for (name, value) in ALWAYS {
            assert_eq!(told.headers()[name], value);
        }
        let refused = ask(profile, "OPTIONS", path, &asks("https://evil.example")).await;
        assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert!(!refused.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    }

    #[tokio::test]
    async fn what_may_be_embedded_differs_in_its_policies_alone() {
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
        for (name, value) in ALWAYS {
            let value = if name == embedding::POLICY { "cross-origin" } else { value };
            assert_eq!(response.headers()[name], value);
        }
        assert_eq!(
            response.headers()[embedding::EMBEDDER_POLICY],
            "require-corp",
            "or no page that demands it holds the frame"
        );
    }

    #[tokio::test]
    async fn what_an_extractor_refuses_is_said_in_our_words() {
        let router = Router::new().route("/webhook", post(|_: Bytes| async {}));
        for (length, status) in [(form::MOST_BYTES, 200), (form::MOST_BYTES + 1, 413)] {
            let request = Request::post("/webhook").body(Body::from(vec![b'x'; length])).unwrap();
            let response = secure(router.clone(), SecurityProfile::api()).oneshot(request).await.unwrap();
            assert_eq!(response.status(), status);
            if status == 413 {
                assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
            }
        }
    }

    #[test]
    fn forms_may_lead_to_the_host_app_and_a_policy_cannot_be_broken_into() {
        let policy = |url| SecurityProfile::app(Some(url)).policy.to_str().unwrap().to_owned();
        assert!(
            policy("https://app.example.com/start?x").ends_with("billing.stripe.com https://app.example.com")
        );
        assert!(policy("http://localhost:3000").ends_with(" http://localhost:3000"));
        for bad in ["", "/dashboard", "javascript:alert(1)", "https://x; script-src *", "https://"] {
            assert_eq!(policy(bad), format!("{APP} {}", Origins::STRIPE), "{bad}");
        }
        let elsewhere = SecurityProfile::paying(None, &"http://localhost:8485".parse().unwrap());
        assert_eq!(elsewhere.policy, format!("{APP} http://localhost:8485"));
    }
}
