//! Parts of requests and responses: fields, cookies, policies, and static files.

use axum::body::Bytes;
use http::{
    HeaderName, HeaderValue, Request, Response,
    header::{CONTENT_TYPE, COOKIE},
};

/// Returns the content security policy of a page that embeds Onramp. From the origin `onramp`, it
/// allows the script of the custom elements, the requests of this script, frames, and the style
/// sheet of the HTML fragments.
pub(super) fn policy(onramp: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' {onramp}; connect-src 'self' {onramp}; frame-src {onramp}; \
         style-src 'self' {onramp}; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )
}

/// Name of the session cookie. All ports of a host share their cookies, so the name must be unique.
pub(super) const SESSION: &str = "host_app_session";

pub(super) fn field(encoded: &[u8], name: &str) -> Option<String> {
    form_urlencoded::parse(encoded).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

pub(super) fn cookie(request: &Request<Bytes>) -> Option<&str> {
    let cookies = request.headers().get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == SESSION).map(|(_, value)| value)
}

/// Whether a page of another origin sent the request. Onramp's pages are also of another origin:
/// they have another port, so browsers report their requests as `same-site`.
pub(super) fn is_cross_site(request: &Request<Bytes>) -> bool {
    let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok());
    !matches!(site, None | Some("same-origin" | "none"))
}

/// Whether a browser opens the address as a page. Older browsers do not say.
pub(super) fn is_visit(request: &Request<Bytes>) -> bool {
    request.headers().get("sec-fetch-mode").is_none_or(|mode| mode == "navigate")
}

/// Static files: path, media type, and content.
const FILES: [(&str, &str, &str); 3] = [
    ("/style.css", "text/css; charset=utf-8", sim::PAGE_STYLE),
    ("/page.css", "text/css; charset=utf-8", include_str!("page.css")),
    ("/page.js", "text/javascript; charset=utf-8", include_str!("page.js")),
];

/// Returns whether a static file has this path.
pub(super) fn is_file(path: &str) -> bool {
    FILES.iter().any(|file| file.0 == path)
}

/// Responds with a static file.
pub(super) fn file(path: &str) -> Response<Bytes> {
    let file = FILES.iter().find(|file| file.0 == path);
    let (_, media, content) = file.copied().unwrap_or_default();
    let mut response = Response::new(Bytes::from_static(content.as_bytes()));
    set(&mut response, CONTENT_TYPE, media);
    response
}

pub(super) fn set(response: &mut Response<Bytes>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
