//! The routes of all functions. With this table, every function can distinguish a path that does
//! not exist (404) from a path that does not support the method (405).
//!
//! API Gateway does not send a `HEAD` request to a `GET` route. A `HEAD` request for a path of the
//! function `checklist-read` reaches this function through the route `$default`. Every other `GET`
//! route in the template has a `HEAD` route beside it. axum handles `HEAD` like `GET` and removes
//! the body.

use axum::http::Method;

use crate::handover::{HANDOVER, HostPage};

/// Methods and path patterns, the same as in `template.yaml`.
///
/// A pattern segment in braces matches exactly one nonempty segment of a path. Every path with
/// `GET` also supports `HEAD`, which returns the same response without a body (RFC 9110, section
/// 9.3.2). Only two paths differ, because their `GET` has an effect: a `HEAD` of `/handover` creates
/// no handoff token, and a `HEAD` of `/portal/{token}` does not use the link.
pub const ROUTES: &[(Method, &str)] = &[
    (Method::GET, "/"),
    (Method::GET, "/account"),
    (Method::POST, "/account/email"),
    (Method::POST, "/account/name"),
    (Method::POST, "/account/sessions/end"),
    (Method::GET, "/account/sessions/end-all"),
    (Method::POST, "/account/sessions/end-all"),
    (Method::GET, "/api/v1"),
    (Method::GET, "/api/v1/organizations"),
    (Method::POST, "/api/v1/organizations"),
    (Method::GET, "/api/v1/organizations/{org}"),
    (Method::PATCH, "/api/v1/organizations/{org}"),
    (Method::GET, "/api/v1/organizations/{org}/checklist"),
    (Method::POST, "/api/v1/organizations/{org}/checklist/{task}/complete"),
    (Method::POST, "/api/v1/organizations/{org}/checklist/{task}/skip"),
    (Method::POST, "/api/v1/organizations/{org}/checklist/{task}/unskip"),
    (Method::GET, "/api/v1/organizations/{org}/members"),
    (Method::POST, "/api/v1/organizations/{org}/members"),
    (Method::PUT, "/api/v1/organizations/{org}/members/{user}"),
    (Method::DELETE, "/api/v1/organizations/{org}/members/{user}"),
    (Method::POST, "/api/v1/organizations/{org}/portal-links"),
    (Method::POST, "/api/v1/organizations/{org}/trial/extend"),
    (Method::POST, "/api/v1/provisioning/{run}/steps/{step}"),
    (Method::GET, "/api/v1/users"),
    (Method::GET, "/api/v1/users/{user}"),
    (Method::PATCH, "/api/v1/users/{user}"),
    (Method::GET, "/assets/{file}"),
    (Method::POST, "/billing/checkout"),
    (Method::POST, "/billing/portal"),
    (Method::GET, "/billing/return"),
    (Method::POST, "/billing/webhooks/stripe"),
    (Method::GET, "/dashboard"),
    (Method::GET, HANDOVER),
    (Method::POST, HANDOVER),
    (Method::POST, "/host/events"),
    (Method::GET, "/invitations/{token}"),
    (Method::POST, "/invitations/{token}"),
    (Method::GET, "/login"),
    (Method::POST, "/login"),
    (Method::GET, "/login/{token}"),
    (Method::POST, "/login/{token}"),
    (Method::POST, "/logout"),
    (Method::GET, "/mail/unsubscribe/{token}"),
    (Method::POST, "/mail/unsubscribe/{token}"),
    (Method::POST, "/mail/unsubscribe/{token}/undo"),
    (Method::GET, "/members"),
    (Method::POST, "/members/invitations"),
    (Method::POST, "/members/invitations/{invitation}/resend"),
    (Method::GET, "/members/invitations/{invitation}/revoke"),
    (Method::POST, "/members/invitations/{invitation}/revoke"),
    (Method::GET, "/members/leave"),
    (Method::POST, "/members/leave"),
    (Method::GET, "/members/{user}/remove"),
    (Method::POST, "/members/{user}/remove"),
    (Method::POST, "/members/{user}/role"),
    (Method::GET, "/onboarding/api/checklist"),
    (Method::POST, "/onboarding/api/checklist/complete/{task}"),
    (Method::POST, "/onboarding/api/checklist/dismiss"),
    (Method::POST, "/onboarding/api/checklist/restore"),
    (Method::POST, "/onboarding/api/checklist/seen"),
    (Method::POST, "/onboarding/api/checklist/skip/{task}"),
    (Method::POST, "/onboarding/api/checklist/uncomplete/{task}"),
    (Method::POST, "/onboarding/api/checklist/unskip/{task}"),
    (Method::POST, "/onboarding/api/checklist/view/{change}"),
    (Method::GET, "/onboarding/banner"),
    (Method::GET, "/onboarding/checklist"),
    (Method::GET, "/onboarding/embed"),
    (Method::GET, "/onboarding/guide"),
    (Method::GET, "/onboarding/welcome"),
    (Method::GET, "/onboarding/widget"),
    (Method::GET, "/organizations/new"),
    (Method::GET, "/operator"),
    (Method::GET, "/operator/deliveries"),
    (Method::GET, "/operator/organizations"),
    (Method::GET, "/operator/organizations/{id}"),
    (Method::POST, "/operator/organizations/{id}/extend-trial"),
    (Method::POST, "/operator/organizations/{id}/fail-run"),
    (Method::POST, "/operator/organizations/{id}/link-customer"),
    (Method::POST, "/operator/organizations/{id}/release-parked"),
    (Method::POST, "/operator/organizations/{id}/retry-step"),
    (Method::POST, "/operator/organizations/{id}/set-email"),
    (Method::POST, "/operator/organizations/{id}/skip-step"),
    (Method::POST, "/operator/review/{id}/dismiss"),
    (Method::POST, "/organizations/new"),
    (Method::POST, "/organizations/switch"),
    (Method::GET, "/organizations/{id}"),
    (Method::GET, "/portal/{token}"),
    (Method::POST, "/portal/{token}"),
    (Method::GET, "/problems/{kind}"),
    (Method::GET, "/settings"),
    (Method::POST, "/settings"),
    (Method::GET, "/verify/{token}"),
    (Method::POST, "/verify/{token}"),
];

/// The pages to which a sign-in may redirect.
const PAGES: &[&str] = &[
    "/",
    "/account",
    "/billing/return",
    "/dashboard",
    "/invitations/{token}",
    "/members",
    "/onboarding/checklist",
    "/onboarding/guide",
    "/onboarding/welcome",
    "/operator",
    "/operator/deliveries",
    "/operator/organizations",
    "/operator/organizations/{id}",
    "/organizations/new",
    "/organizations/{id}",
    "/settings",
];

/// First segment of hidden paths. With a method that it does not support, a hidden path responds
/// like a path that does not exist.
const HIDDEN: &str = "operator";

/// Returns the methods of a path in the order of [`ROUTES`].
///
/// Returns an empty list if the path does not exist or is hidden.
#[must_use]
pub fn allowed_methods(path: &str) -> Vec<Method> {
    let mut methods: Vec<Method> = Vec::new();
    if path.split('/').nth(1) == Some(HIDDEN) {
        return methods;
    }
    for (method, pattern) in ROUTES {
        if selects(pattern, path) && !methods.contains(method) {
            methods.push(method.clone());
            if *method == Method::GET {
                methods.push(Method::HEAD);
            }
        }
    }
    methods
}

/// Returns the path of `next`, without query and fragment, if it is a listed page of Onramp. A link
/// to the host app keeps its query.
///
/// Returns `None` for all other texts, in particular for URLs of other hosts.
#[must_use]
pub fn next_path(next: &str) -> Option<String> {
    let (path, rest) = next.split_at(next.find(['?', '#']).unwrap_or(next.len()));
    if path == HANDOVER {
        let query = rest.split('#').next().unwrap_or_default().trim_start_matches('?');
        return Some(HostPage::of_query(query).link());
    }
    let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_'));
    // Callers store the path, so it must not contain the secret of an invitation link. It may
    // contain a reference to an invitation, which starts with `org_` and is not secret.
    let secret = path.strip_prefix("/invitations/").is_some_and(|token| !token.starts_with("org_"));
    (plain && !secret && PAGES.iter().any(|page| selects(page, path))).then(|| path.to_owned())
}

/// Returns whether the gateway selects this pattern for a path. If a path equals a pattern without
/// a parameter, the gateway selects that pattern, even if the path also matches a pattern with a
/// parameter.
fn selects(pattern: &str, path: &str) -> bool {
    if ROUTES.iter().any(|(_, fixed)| *fixed == path) { pattern == path } else { matches(pattern, path) }
}

/// Returns whether a path matches a pattern.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let mut pattern = pattern.split('/');
    let mut path = path.split('/');
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(expected), Some(segment))
                if expected == segment || (expected.starts_with('{') && !segment.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn route_table_equals_the_template() {
        let template = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
        let template = std::fs::read_to_string(template).unwrap();
        let named = |line: &str, name: &str| {
            let rest = line.split_once(name)?.1;
            Some(rest.split([',', '}', '\'']).find(|part| !part.trim().is_empty())?.trim().to_owned())
        };
        let wanted: BTreeSet<_> = template
            .lines()
            .filter(|line| line.contains("Type: HttpApi") && !line.contains("$default"))
            .filter(|line| !line.contains("Method: HEAD"))
            .map(|line| {
                let path = line.split_once("Path: ").unwrap().1.trim_end_matches('}');
                // A path in quotes is taken completely, because its parameters contain braces.
                let path = line.split('\'').nth(1).unwrap_or(path).to_owned();
                (named(line, "Method: ").unwrap(), path)
            })
            .collect();
        let table: BTreeSet<_> =
            ROUTES.iter().map(|(method, path)| (method.to_string(), (*path).to_owned())).collect();
        assert_eq!(table, wanted);
        for page in PAGES {
            assert!(ROUTES.contains(&(Method::GET, page)), "{page}");
        }
    }

    #[test]
    fn allowed_methods_lists_all_methods_of_a_path() {
        for (path, methods) in [
            ("/login", "GET HEAD POST"),
            ("/login/f00d", "GET HEAD POST"),
            ("/organizations/new", "GET HEAD POST"),
            ("/organizations/org_1", "GET HEAD"),
            ("/organizations/switch", "POST"),
            ("/onboarding/api/checklist/dismiss", "POST"),
            ("/onboarding/api/checklist/complete/x", "POST"),
            ("/onboarding/api/checklist/complete/", ""),
            ("/onboarding/api/checklist/complete/x/y", ""),
            ("/login/", ""),
            ("/nowhere", ""),
            ("/operator", ""),
            ("/operator/organizations/org_1/extend-trial", ""),
        ] {
            let allowed = allowed_methods(path);
            let allowed: Vec<_> = allowed.iter().map(Method::as_str).collect();
            assert_eq!(allowed.join(" "), methods, "{path}");
        }
    }

    #[test]
    fn next_path_accepts_only_listed_pages() {
        for (next, path) in [
            ("/dashboard", Some("/dashboard")),
            ("/", Some("/")),
            (
                "/organizations/org_0198c0de-0000-7000-8000-000000000001",
                Some("/organizations/org_0198c0de-0000-7000-8000-000000000001"),
            ),
            ("/onboarding/checklist?x=1#y", Some("/onboarding/checklist")),
            ("/handover", Some("/handover")),
            ("/handover?to=%2Fprojects%3Fa%3D1%26b&x=y#z", Some("/handover?to=/projects%3Fa%3D1%26b")),
            ("/handover?to=//evil.example", Some("/handover")),
            ("", None),
            ("dashboard", None),
            ("//evil.example", None),
            ("//evil.example/dashboard", None),
            ("https://evil.example/dashboard", None),
            ("/\\evil.example", None),
            ("/organizations/\r\nx: y", None),
            ("/organizations/%2e%2e", None),
            ("/operator", Some("/operator")),
            ("/invitations/org_1_f00d", Some("/invitations/org_1_f00d")),
            ("/invitations/f00d", None),
            ("/login/f00d", None),
            ("/portal/f00d", None),
            ("/logout", None),
            ("/organizations/switch", None),
            ("/onboarding/api/checklist", None),
            ("/onboarding/widget", None),
        ] {
            assert_eq!(next_path(next).as_deref(), path, "{next:?}");
        }
    }
}
