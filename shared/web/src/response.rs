//! Responses that many handlers need: pages and redirects.

use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, LOCATION},
    },
    response::{IntoResponse, Response},
};
use maud::Markup;
use telemetry::LogArea;

use crate::routes;

/// Returns an HTML page with the given status.
#[must_use]
pub fn page(status: StatusCode, markup: Markup) -> Response {
    (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], markup.into_string()).into_response()
}

/// Returns a 303 redirect. A location that is not a valid header value becomes `/`.
#[must_use]
pub fn see_other(location: &str) -> Response {
    let location = HeaderValue::from_str(location).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// Returns a 303 redirect to the sign-in page.
///
/// After the sign-in, the user returns to `path`, if [`next_path`](routes::next_path) accepts
/// `path`.
#[must_use]
pub fn to_login(path: &str) -> Response {
    tracing::info!(area = %LogArea::Access, status = 303, cause = "session", "rejected request");
    match routes::next_path(path) {
        // Only the escapes of a link to the host app need escaping.
        Some(next) => see_other(&format!("/login?next={}", next.replace('%', "%25"))),
        None => see_other("/login"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_leads_back_only_to_listed_pages() {
        let location = |path| to_login(path).headers()[LOCATION].clone();
        assert_eq!(location("/onboarding/checklist"), "/login?next=/onboarding/checklist");
        assert_eq!(location("//evil.example"), "/login");
        assert_eq!(location("/handover?to=/a?b%26c"), "/login?next=/handover?to=/a%253Fb%2526c");
        assert_eq!(see_other("/a\r\nx: y").headers()[LOCATION], "/");
    }
}
