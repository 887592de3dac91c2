//! The hosted pages: Checkout, the portal, and an overview. Plain forms that work without scripts.

mod checkout;
mod frame;
mod overview;
mod portal;

use std::collections::BTreeMap;

use axum::body::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use maud::Markup;

use super::StripeMock;

/// A form may lead anywhere: where it ends is for the address that the Checkout was opened with to say.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
    form-action 'self' http: https:";

/// What a page does next.
enum Page {
    /// Show this.
    Show(Markup),
    /// Go there.
    Go(String),
    /// There is nothing here.
    Missing,
}

/// The fields of a form, or of a query.
type Fields = BTreeMap<String, String>;

/// Answers one request of a browser.
pub(super) fn respond(standin: &StripeMock, request: &Request<Bytes>) -> Response<Bytes> {
    let path = request.uri().path();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && *request.method() != Method::POST {
        return page_response(StatusCode::METHOD_NOT_ALLOWED, frame::missing());
    }
    if !reads && is_cross_site(request) {
        return page_response(StatusCode::FORBIDDEN, frame::missing());
    }
    if path == "/style.css" {
        let mut response = Response::new(Bytes::from_static(include_bytes!("style.css")));
        set(&mut response, CONTENT_TYPE, "text/css; charset=utf-8");
        return response;
    }
    let fields = |encoded: &[u8]| form_urlencoded::parse(encoded).into_owned().collect::<Fields>();
    let query = fields(request.uri().query().unwrap_or_default().as_bytes());
    let form = (!reads).then(|| fields(request.body()));
    let page = match path.split('/').skip(1).collect::<Vec<_>>().as_slice() {
        ["c", "pay", id] => match form {
            Some(form) => checkout::choose(standin, id, &form),
            None => checkout::show(standin, id, &query),
        },
        ["p", "session", id] => match form {
            Some(form) => portal::act(standin, id, &form),
            None => portal::show(standin, id),
        },
        [""] if reads => overview::show(standin),
        _ => Page::Missing,
    };
    match page {
        Page::Show(markup) => page_response(StatusCode::OK, markup),
        Page::Missing => page_response(StatusCode::NOT_FOUND, frame::missing()),
        Page::Go(to) => {
            let mut response = page_response(StatusCode::SEE_OTHER, frame::elsewhere(&to));
            set(&mut response, LOCATION, &to);
            response
        }
    }
}

/// A page of another site that sends a form here: nobody meant that.
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
