//! The security middleware of every router.
//!
//! The middleware first checks the cross-site rule, then calls the router, and then adds the
//! security headers to the response. So every response has these headers, including errors of the
//! framework axum. On a path of a widget, the middleware removes the cookies of a request with an
//! embed token before a handler can read them.

mod profile;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
pub use profile::SecurityProfile;
use serde_json::Value;
use tracing::{
    Instrument, Span,
    field::{Empty, display},
};

use crate::{
    Embeddable, ResponseFormat,
    embedding::{self, CorsMode, is_embeddable_path},
    form, origin,
    problem::{Kind, Problem},
    problem_response,
    request_scope::RequestScope,
    routes, session,
    site::is_cross_site,
    words::detail,
};

/// Wraps a router in the security middleware.
///
/// The middleware checks the cross-site rule first. It adds the security headers and `x-request-id`
/// to each response. It limits the bodies that handlers read to 64 KiB, unless a route sets its own
/// [`DefaultBodyLimit`]. It also converts 404, 405, and the errors of axum's extractors to
/// problems.
pub fn secure(router: Router, profile: SecurityProfile) -> Router {
    router
        .fallback(not_routed)
        .method_not_allowed_fallback(not_routed)
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
        _ => {
            let method = request.method().clone();
            let handler = async { normalize_rejection(format, next.run(request).await) };
            RequestScope::run(&method, handler).instrument(span).await
        }
    };
    let embeddable = response.extensions_mut().remove::<Embeddable>();
    let headers = response.headers_mut();
    let policy = embeddable.as_ref().and_then(Embeddable::policy).unwrap_or(profile.policy);
    add_headers(headers, policy, &id);
    if let Some(embeddable) = embeddable {
        headers.insert(embedding::RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
        let (name, value) = match embeddable {
            Embeddable::Frame(_) => (embedding::EMBEDDER_POLICY, "require-corp"),
            // A script with the attribute `integrity` loads with CORS.
            Embeddable::File => (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        };
        headers.insert(name, HeaderValue::from_static(value));
    }
    if embeddable_path {
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        cors.add_headers(headers);
    }
    response
}

/// Responds to a request that a handler received without a router: 200 with JSON, or a problem.
///
/// The response has the same security headers as the response of a router. There is no cross-site
/// rule, so the handler must accept only signed requests and read no cookies.
pub fn respond_to_signed(
    extensions: &Extensions,
    profile: &SecurityProfile,
    outcome: Result<Json<Value>, Problem>,
) -> Response {
    let mut response = outcome.into_response();
    add_headers(response.headers_mut(), profile.policy.clone(), &origin::request_id(extensions));
    response
}

/// Adds the headers that every response has. A response without caching rules is not cached.
fn add_headers(headers: &mut HeaderMap, policy: HeaderValue, id: &str) {
    for (name, value) in SECURITY_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-request-id", id);
    }
}

/// Handles requests that match no route. The response is 405 with the header `Allow` if the path
/// supports only other methods, and 404 otherwise.
pub async fn not_routed(request: Request) -> Response {
    let format = ResponseFormat::of(request.headers());
    let allowed = routes::allowed_methods(request.uri().path());
    let problem = if allowed.is_empty() || allowed.contains(request.method()) {
        Problem::not_found()
    } else {
        Problem::method_not_allowed(&allowed)
    };
    problem_response(format, problem)
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
mod tests;
