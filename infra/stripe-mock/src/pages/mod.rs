//! Hosted pages: Checkout, billing portal, and an overview. Their forms work without scripts.

mod checkout;
mod frame;
mod overview;
mod portal;

use std::collections::BTreeMap;

use axum::body::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use maud::Markup;

use super::StripeMock;

/// Content security policy of the pages. A form may redirect to any origin, because the API request
/// that creates a session sets its success and cancel URLs.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
    form-action 'self' http: https:";

/// Result of a page handler.
enum Page {
    /// Responds with a page.
    Show(Markup),
    /// Redirects to a URL.
    Redirect(String),
    /// Responds with the not-found page.
    NotFound,
}

/// Fields of a form or of a query string.
type Fields = BTreeMap<String, String>;

/// Handles one request of a browser.
pub(super) fn respond(mock: &StripeMock, request: &Request<Bytes>) -> Response<Bytes> {
    let path = request.uri().path();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && *request.method() != Method::POST {
        return page_response(StatusCode::METHOD_NOT_ALLOWED, frame::not_found());
    }
    if !reads && is_cross_site(request) {
        return page_response(StatusCode::FORBIDDEN, frame::not_found());
    }
    if path == "/style.css" {
        let mut response = Response::new(Bytes::from_static(sim::PAGE_STYLE.as_bytes()));
        set(&mut response, CONTENT_TYPE, "text/css; charset=utf-8");
        return response;
    }
    let fields = |encoded: &[u8]| form_urlencoded::parse(encoded).into_owned().collect::<Fields>();
    let query = fields(request.uri().query().unwrap_or_default().as_bytes());
    let form = (!reads).then(|| fields(request.body()));
    let page = match path.split('/').skip(1).collect::<Vec<_>>().as_slice() {
        ["c", "pay", id] => match form {
            Some(form) => checkout::choose(mock, id, &form),
            None => checkout::show(mock, id, &query),
        },
        ["p", "session", id] => match form {
            Some(form) => portal::act(mock, id, &form),
            None => portal::show(mock, id),
        },
        [""] if reads => overview::show(mock),
        _ => Page::NotFound,
    };
    match page {
        Page::Show(markup) => page_response(StatusCode::OK, markup),
        Page::NotFound => page_response(StatusCode::NOT_FOUND, frame::not_found()),
        Page::Redirect(to) => {
            let mut response = page_response(StatusCode::SEE_OTHER, frame::redirect(&to));
            set(&mut response, LOCATION, &to);
            response
        }
    }
}

/// Whether another site sent the request, by its `Sec-Fetch-Site` header.
fn is_cross_site(request: &Request<Bytes>) -> bool {
    let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok());
    !matches!(site, None | Some("same-origin" | "none"))
}

fn page_response(status: StatusCode, markup: Markup) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(markup.into_string()));
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "text/html; charset=utf-8");
    set(&mut response, CACHE_CONTROL, "no-store");
    set(&mut response, CONTENT_SECURITY_POLICY, POLICY);
    set(&mut response, REFERRER_POLICY, "same-origin");
    set(&mut response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn set(response: &mut Response<Bytes>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
