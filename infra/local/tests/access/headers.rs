//! What every answer carries, whatever it says.

use web::ui::assets;

use crate::driver::Answer;

/// Headers with one value on every answer.
const ALWAYS: [(&str, &str); 5] = [
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// The policy of pages, one directive a line.
const PAGES: [&str; 9] = [
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

/// The policy of what only programs read.
const PROGRAMS: [&str; 2] = ["default-src 'none'", "frame-ancestors 'none'"];

/// What is wrong with an answer to a request for that path.
pub fn faults(path: &str, answer: &Answer) -> Vec<String> {
    let mut faults = Vec::new();
    let mut demand = |name: &str, fits: bool| {
        if !fits {
            faults.push(format!("{name}: {:?}", answer.header(name)));
        }
    };
    let framed = path == "/onboarding/embed" && matches!(answer.status, 200 | 400 | 401 | 500 | 503);
    for (name, value) in ALWAYS {
        let value = if framed && name == "cross-origin-resource-policy" { "cross-origin" } else { value };
        demand(name, answer.header(name) == value);
    }
    demand(
        "cross-origin-embedder-policy",
        framed != answer.header("cross-origin-embedder-policy").is_empty(),
    );
    demand("content-security-policy", is_strict(path, answer.header("content-security-policy")));
    let kept = path.starts_with("/assets/") && answer.status == 200;
    demand(
        "cache-control",
        answer.header("cache-control") == if kept { assets::CACHE_CONTROL } else { "no-store" },
    );
    demand("x-request-id", answer.header("x-request-id").len() >= 32);
    demand("content-type", is_typed(path, answer));
    let place = answer.header("location");
    let led = ["/", "http://localhost:8484/", "http://localhost:8485/"]
        .iter()
        .any(|start| place.starts_with(start));
    demand("location", if answer.status == 303 { led && !place.starts_with("//") } else { place.is_empty() });
    demand("allow", (answer.status == 405) != answer.header("allow").is_empty());
    if matches!(answer.status, 429 | 503) {
        demand("retry-after", answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
    }
    for name in ["server", "x-powered-by", "access-control-allow-origin"] {
        demand(name, answer.header(name).is_empty());
    }
    faults
}

fn is_strict(path: &str, policy: &str) -> bool {
    let directives: Vec<&str> = policy.split("; ").collect();
    if path == "/onboarding/embed" && directives.last() == Some(&"form-action 'none'") {
        return directives[..8] == PAGES[..8];
    }
    if path.starts_with("/billing/webhooks/") {
        return directives == PROGRAMS;
    }
    // Redirects of forms are held against the policy too: they may lead to Stripe.
    directives.len() == PAGES.len()
        && directives.iter().zip(PAGES).all(|(found, wanted)| match wanted {
            "form-action 'self'" => found.starts_with("form-action 'self' http"),
            _ => *found == wanted,
        })
}

/// A body says what it is, and an error is a problem or a page.
fn is_typed(path: &str, answer: &Answer) -> bool {
    let assets = [assets::STYLE, assets::SCRIPT, assets::ICON];
    let fragment = matches!(path, "/onboarding/widget" | "/onboarding/banner");
    match (answer.status, answer.header("content-type")) {
        (_, "") => answer.response.body().is_empty(),
        (_, "text/html; charset=utf-8") => fragment || answer.text().starts_with("<!DOCTYPE html>"),
        (200, "application/json") => true,
        (200, media) => {
            path.starts_with("/assets/") && assets.iter().any(|asset| asset.content_type == media)
        }
        (400.., media) => media == "application/problem+json" && answer.json()["status"] == answer.status,
        _ => false,
    }
}
