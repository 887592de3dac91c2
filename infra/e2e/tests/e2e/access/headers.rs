//! Headers that every response has.

use ui::assets;
use web::Kind;

use crate::access::request::{HOST_APP, is_server_api};
use e2e::driver::TestResponse;

/// Headers with one value on every response.
const ALWAYS: [(&str, &str); 5] = [
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// The content security policy of pages, one directive a line.
const PAGE_POLICY: [&str; 9] = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "form-action 'self'",
];

/// The content security policy of responses for programs.
const PROGRAM_POLICY: [&str; 2] = ["default-src 'none'", "frame-ancestors 'none'"];

/// Returns what is wrong with the headers of a response to a request for a path.
pub fn faults(path: &str, response: &TestResponse) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |name: &str, fits: bool| {
        if !fits {
            faults.push(format!("{name}: {:?}", response.header(name)));
        }
    };
    let framed = path == "/onboarding/embed" && matches!(response.status, 200 | 400 | 401 | 500 | 503);
    for (name, value) in ALWAYS {
        let value = if framed && name == "cross-origin-resource-policy" { "cross-origin" } else { value };
        check(name, response.header(name) == value);
    }
    check(
        "cross-origin-embedder-policy",
        framed != response.header("cross-origin-embedder-policy").is_empty(),
    );
    check("content-security-policy", is_strict(path, response.header("content-security-policy")));
    let is_cached = path.starts_with("/assets/") && response.status == 200;
    check(
        "cache-control",
        response.header("cache-control") == if is_cached { assets::CACHE_CONTROL } else { "no-store" },
    );
    check("x-request-id", response.header("x-request-id").len() >= 32);
    check("content-type", is_typed(path, response));
    let location = response.header("location");
    let is_own_origin = ["/", "http://localhost:8484/", "http://localhost:8485/"]
        .iter()
        .any(|start| location.starts_with(start));
    check(
        "location",
        if response.status == 303 {
            is_own_origin && !location.starts_with("//")
        } else {
            location.is_empty()
        },
    );
    check("allow", (response.status == 405) != response.header("allow").is_empty());
    if matches!(response.status, 429 | 503) {
        check("retry-after", response.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
    }
    for name in ["server", "x-powered-by", "access-control-allow-origin"] {
        check(name, response.header(name).is_empty());
    }
    faults
}

fn is_strict(path: &str, policy: &str) -> bool {
    let directives: Vec<&str> = policy.split("; ").collect();
    if path == "/onboarding/embed" && directives.last() == Some(&"form-action 'none'") {
        // Only pages of the host app may frame it.
        let framed = format!("frame-ancestors {HOST_APP}");
        let wanted = PAGE_POLICY.map(|directive| match directive {
            "frame-ancestors 'none'" => framed.as_str(),
            other => other,
        });
        return directives[..8] == wanted[..8];
    }
    if path.starts_with("/billing/webhooks/") || is_server_api(path) {
        return directives == PROGRAM_POLICY;
    }
    // Browsers apply `form-action` to redirects of forms too, and checkout redirects to Stripe.
    directives.len() == PAGE_POLICY.len()
        && directives.iter().zip(PAGE_POLICY).all(|(found, wanted)| match wanted {
            "form-action 'self'" => found.starts_with("form-action 'self' http"),
            _ => *found == wanted,
        })
}

/// Checks that a body has the right content type: an error is a problem document or a page.
fn is_typed(path: &str, response: &TestResponse) -> bool {
    let assets = [assets::STYLE, assets::SCRIPT, assets::ICON];
    let fragment = matches!(path, "/onboarding/widget" | "/onboarding/banner");
    match (response.status, response.header("content-type")) {
        (_, "") => response.inner.body().is_empty(),
        (_, "text/html; charset=utf-8") => fragment || response.text().starts_with("<!DOCTYPE html>"),
        (200 | 201, "application/json") => true,
        (200, media) => {
            path.starts_with("/assets/") && assets.iter().any(|asset| asset.content_type == media)
        }
        (400.., media) => {
            let problem = || response.json();
            media == "application/problem+json"
                && problem()["status"] == response.status
                // A type that is not in this list has no page.
                && Kind::ALL.iter().any(|kind| problem()["type"] == kind.uri())
        }
        _ => false,
    }
}
