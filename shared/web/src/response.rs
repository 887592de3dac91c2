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

/// A page with a status.
#[must_use]
pub fn page(status: StatusCode, markup: Markup) -> Response {
    (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], markup.into_string()).into_response()
}

/// 303: go and `GET` that place. A place that cannot stand in a header leads to the start page.
#[must_use]
pub fn see_other(location: &str) -> Response {
    let location = HeaderValue::from_str(location).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// 303 to the sign-in page, which afterwards leads back to `path` if that is a page of ours.
#[must_use]
pub fn to_login(path: &str) -> Response {
    tracing::info!(area = %LogArea::Access, status = 303, cause = "session", "request refused");
    match routes::next_path(path) {
        // What `next_path` lets through needs no escaping in a query.
        Some(next) => see_other(&format!("/login?next={next}")),
        None => see_other("/login"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_leads_back_to_pages_of_ours_alone() {
        let location = |path| to_login(path).headers()[LOCATION].clone();
        assert_eq!(location("/onboarding/checklist"), "/login?next=/onboarding/checklist");
        assert_eq!(location("//evil.example"), "/login");
        assert_eq!(see_other("/a\r\nx: y").headers()[LOCATION], "/");
    }
}
