use axum::{
    body::{Body, Bytes},
    routing::{get, post},
};
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

use super::{profile::APP, *};
use crate::{Origins, see_other};

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
async fn response_to_a_signed_request_has_the_security_headers() {
    let mut extensions = Extensions::new();
    let mut context = lambda_runtime::Context::default();
    "req-1".clone_into(&mut context.request_id);
    extensions.insert(context);
    let problem = Problem::too_many(61).because("hidden");
    for (outcome, status, media) in
        [(Ok(Json(json!({}))), 200, "application/json"), (Err(problem), 429, "application/problem+json")]
    {
        let response = respond_to_signed(&extensions, &SecurityProfile::api(), outcome);
        let headers = response.headers().clone();
        assert_eq!(response.status(), status);
        for (name, value) in SECURITY_HEADERS {
            assert_eq!(headers[name], value, "{status}");
        }
        for (name, value) in [
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cache-control", "no-store"),
            ("x-request-id", "req-1"),
            ("content-type", media),
        ] {
            assert_eq!(headers[name], value, "{status}");
        }
        assert_eq!(headers.contains_key("retry-after"), status == 429);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(!String::from_utf8_lossy(&body).contains("hidden"));
    }
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
