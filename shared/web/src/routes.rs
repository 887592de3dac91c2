//! Every route of the system, so that one function can tell "not here" from "not like this".

use axum::{extract::Request, http::Method, response::Response};

use crate::{ResponseFormat, problem::Problem, refuse};

/// Methods and paths as `template.yaml` gives them to the gateway. A segment in braces stands for any one segment.
/// Every path with `GET` has `HEAD` too: the same response without a body (RFC 9110, 9.3.2).
pub const ROUTES: &[(Method, &str)] = &[
    (Method::GET, "/"),
    (Method::GET, "/account"),
    (Method::POST, "/account/sessions/end"),
    (Method::POST, "/account/sessions/end-all"),
    (Method::GET, "/assets/{file}"),
    (Method::POST, "/billing/checkout"),
    (Method::POST, "/billing/portal"),
    (Method::GET, "/billing/return"),
    (Method::POST, "/billing/webhooks/stripe"),
    (Method::GET, "/dashboard"),
    (Method::POST, "/handover"),
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
    (Method::POST, "/members/invitations/{invitation}/revoke"),
    (Method::POST, "/members/leave"),
    (Method::POST, "/members/{user}/remove"),
    (Method::POST, "/members/{user}/role"),
    (Method::GET, "/onboarding/api/checklist"),
    (Method::POST, "/onboarding/api/checklist/complete/{task}"),
    (Method::POST, "/onboarding/api/checklist/dismiss"),
    (Method::POST, "/onboarding/api/checklist/restore"),
    (Method::POST, "/onboarding/api/checklist/seen"),
    (Method::POST, "/onboarding/api/checklist/skip/{task}"),
    (Method::POST, "/onboarding/api/checklist/unskip/{task}"),
    (Method::GET, "/onboarding/banner"),
    (Method::GET, "/onboarding/checklist"),
    (Method::GET, "/onboarding/embed"),
    (Method::GET, "/onboarding/guide"),
    (Method::GET, "/onboarding/welcome"),
    (Method::GET, "/onboarding/widget"),
    (Method::GET, "/organizations/new"),
    (Method::GET, "/operator"),
    (Method::GET, "/operator/organizations/{id}"),
    (Method::POST, "/operator/organizations/{id}/extend-trial"),
    (Method::POST, "/organizations/new"),
    (Method::POST, "/organizations/switch"),
    (Method::GET, "/organizations/{id}"),
];

/// The pages that a sign-in may lead to.
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
    "/operator/organizations/{id}",
    "/organizations/new",
    "/organizations/{id}",
];

/// The paths that begin with this segment are answered like paths that do not exist to everybody but operators, and so
/// is the wrong method there.
const HIDDEN: &str = "operator";

/// The methods under which a path exists, in the table's order; none if it does not, or if that is nobody's business.
#[must_use]
pub fn allowed_methods(path: &str) -> Vec<Method> {
    let mut methods: Vec<Method> = Vec::new();
    if path.split('/').nth(1) == Some(HIDDEN) {
        return methods;
    }
    for (method, pattern) in ROUTES {
        if leads(pattern, path) && !methods.contains(method) {
            methods.push(method.clone());
            if *method == Method::GET {
                methods.push(Method::HEAD);
            }
        }
    }
    methods
}

/// The answer to what no route takes: 405 with `Allow` where the path exists under other methods, else 404.
pub async fn otherwise(request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    let allowed = allowed_methods(request.uri().path());
    let problem = if allowed.is_empty() || allowed.contains(request.method()) {
        Problem::not_found()
    } else {
        Problem::method_not_allowed(&allowed)
    };
    refuse(wants, problem)
}

/// Where `next` leads, if it is the path of a page of ours; a query and a fragment are cut off.
/// Everything else, and above all other hosts, is nowhere.
#[must_use]
pub fn next_path(next: &str) -> Option<String> {
    let path = next.split(['?', '#']).next().unwrap_or_default();
    let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_'));
    // Such a path is stored, and the secret of an invitation's link is not: only a reference to the invitation is.
    let secret = path.strip_prefix("/invitations/").is_some_and(|token| !token.starts_with("org_"));
    (plain && !secret && PAGES.iter().any(|page| leads(page, path))).then(|| path.to_owned())
}

/// Whether a pattern is the one that a path goes by: the gateway prefers a fixed path to a parameter.
fn leads(pattern: &str, path: &str) -> bool {
    if ROUTES.iter().any(|(_, fixed)| *fixed == path) { pattern == path } else { matches(pattern, path) }
}

/// Whether a path is one of a route's pattern.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let mut pattern = pattern.split('/');
    let mut path = path.split('/');
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found))
                if wanted == found || (wanted.starts_with('{') && !found.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_the_templates() {
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
                // A quoted path keeps the brace that closes its parameter.
                let path = line.split('\'').nth(1).unwrap_or(path).to_owned();
                (named(line, "Method: ").unwrap(), path)
            })
            .collect();
        let ours: BTreeSet<_> =
            ROUTES.iter().map(|(method, path)| (method.to_string(), (*path).to_owned())).collect();
        assert_eq!(ours, wanted);
        for page in PAGES {
            assert!(ROUTES.contains(&(Method::GET, page)), "{page}");
        }
    }

    #[test]
    fn a_path_is_known_under_all_its_methods() {
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
    fn next_leads_to_pages_of_ours_alone() {
        for (next, path) in [
            ("/dashboard", Some("/dashboard")),
            ("/", Some("/")),
            (
                "/organizations/org_0198c0de-0000-7000-8000-000000000001",
                Some("/organizations/org_0198c0de-0000-7000-8000-000000000001"),
            ),
            ("/onboarding/checklist?x=1#y", Some("/onboarding/checklist")),
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
            ("/logout", None),
            ("/organizations/switch", None),
            ("/onboarding/api/checklist", None),
            ("/onboarding/widget", None),
        ] {
            assert_eq!(next_path(next).as_deref(), path, "{next:?}");
        }
    }
}
