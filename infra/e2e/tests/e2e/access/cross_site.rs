//! Tests that Onramp rejects a cross-site write before it reads the table.

use crate::access::{
    actors::Actors,
    page::{self, Row},
    request::{Format, MatrixRequest, is_server_api},
};

/// Routes that accept writes from other sites, besides the server API. Stripe and the host app
/// authenticate with a signature or a key, and mail programs with the secret in the link.
const CROSS_SITE_ALLOWED: [&str; 3] =
    ["/billing/webhooks/stripe", "/host/events", "/mail/unsubscribe/{token}"];

/// Headers that a browser sends with a request from a page of another site.
const CROSS_SITE_HEADERS: [&[(&str, &str)]; 8] = [
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "cross-site"), ("origin", "http://localhost:8484")],
    &[("sec-fetch-site", "Same-Origin")],
    &[("origin", "https://evil.example")],
    &[("origin", "null")],
    &[("origin", "https://localhost:8484")],
    &[("origin", "http://localhost:8484.evil.example")],
];

/// Headers of requests that are not cross-site. Programs send none of these headers. Browsers send
/// them for requests from a page of the same origin, and for an address that the user typed.
const SAME_SITE_HEADERS: [&[(&str, &str)]; 5] = [
    &[],
    &[("sec-fetch-site", "same-origin"), ("origin", "http://localhost:8484")],
    &[("sec-fetch-site", "same-origin")],
    &[("sec-fetch-site", "none")],
    &[("origin", "http://localhost:8484")],
];

fn write_routes() -> Vec<Row> {
    page::rows().into_iter().filter(|row| row.method() != "GET").collect()
}

fn accepts_other_sites(row: &Row) -> bool {
    is_server_api(row.path()) || CROSS_SITE_ALLOWED.contains(&row.path())
}

fn with_headers(mut request: MatrixRequest, headers: &[(&str, &str)]) -> MatrixRequest {
    for (name, value) in headers {
        request = request.with(name, value);
    }
    request
}

#[tokio::test]
async fn cross_site_write_is_rejected_before_any_read() {
    let actors = Actors::new().await;
    for row in write_routes().iter().filter(|row| !accepts_other_sites(row)) {
        for column in ["admin", "no session"] {
            let caller = actors.caller(column);
            let request = MatrixRequest::of(row, &actors, caller);
            for headers in CROSS_SITE_HEADERS {
                for format in [Format::Page, Format::Json] {
                    let request = with_headers(request.clone(), headers);
                    let response = request.send(&actors.world, caller.cookie.as_deref(), format).await;
                    assert_eq!(response.status, 403, "{} {headers:?}: {}", row.route, response.text());
                    assert!(response.text().contains("came from another site"), "{}", row.route);
                    let calls = actors.world.calls_of(&response).await;
                    assert!(calls.is_empty(), "{} {headers:?}: {calls:?}", row.route);
                }
            }
        }
    }
    assert!(actors.changed().is_empty(), "{:?}", actors.changed());
}

#[tokio::test]
async fn same_origin_pages_and_programs_may_write() {
    let actors = Actors::new().await;
    let admin = actors.caller("admin");
    for row in write_routes() {
        for headers in SAME_SITE_HEADERS {
            let request = with_headers(MatrixRequest::of(&row, &actors, admin), headers);
            let response = request.send(&actors.world, admin.cookie.as_deref(), Format::Json).await;
            let expected = row.cells["admin"].rsplit('/').next().unwrap();
            assert_eq!(
                response.status.to_string(),
                expected,
                "{} {headers:?}: {}",
                row.route,
                response.text()
            );
            actors.restore().await;
        }
    }
}

#[tokio::test]
async fn webhooks_and_embeds_accept_other_origins() {
    let actors = Actors::new().await;
    let no_session = actors.caller("no session");
    for row in write_routes().iter().filter(|row| accepts_other_sites(row)) {
        for headers in CROSS_SITE_HEADERS {
            let request = with_headers(MatrixRequest::of(row, &actors, no_session), headers);
            let response = request.send(&actors.world, None, Format::Json).await;
            let expected = &row.cells["no session"];
            assert_eq!(
                response.status.to_string(),
                *expected,
                "{} {headers:?}: {}",
                row.route,
                response.text()
            );
            actors.restore().await;
        }
    }
}
