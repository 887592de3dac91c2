//! Recognizes visits, by headers that a page cannot change.

use http::HeaderMap;

/// Returns whether a browser loads the link before the user visits it (`Sec-Purpose`, WHATWG
/// Fetch).
pub fn is_prefetch(headers: &HeaderMap) -> bool {
    headers.get("sec-purpose").is_some_and(|purpose| purpose.as_bytes().starts_with(b"prefetch"))
}

/// Returns whether the browser opens the link as a page (W3C Fetch Metadata). An old browser does
/// not say what the request is for.
pub fn is_visit(headers: &HeaderMap) -> bool {
    match (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) {
        (None, None) => true,
        (Some(mode), Some(destination)) => mode == "navigate" && destination == "document",
        _ => false,
    }
}
