//! The page that a form returns to.

use http::{HeaderMap, header::REFERER};

/// Page to return to if the form does not name a page of Onramp.
const CHECKLIST: &str = "/onboarding/checklist";

/// Returns the path of the page that contains the form, according to the header `Referer`. `origin`
/// is Onramp's own origin. A form of the widget or the banner returns to the dashboard, which shows both.
pub fn return_path(headers: &HeaderMap, origin: &str) -> String {
    let referer = headers.get(REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = referer.strip_prefix(origin).unwrap_or_default();
    match path.split(['?', '#']).next() {
        Some("/onboarding/widget" | "/onboarding/banner") => "/dashboard".to_owned(),
        _ => web::next_path(path).unwrap_or_else(|| CHECKLIST.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_returns_to_its_page_only_within_onramp() {
        for (referer, page) in [
            ("https://onramp.example.com/onboarding/checklist", "/onboarding/checklist"),
            ("https://onramp.example.com/dashboard?from=mail#top", "/dashboard"),
            ("https://onramp.example.com/onboarding/welcome", "/onboarding/welcome"),
            ("https://onramp.example.com/onboarding/widget", "/dashboard"),
            ("https://onramp.example.com/onboarding/banner", "/dashboard"),
            (
                "https://onramp.example.com/organizations/org_0198c0de-0000-7000-8000-000000000001",
                "/organizations/org_0198c0de-0000-7000-8000-000000000001",
            ),
            ("https://onramp.example.com/members?x=1", "/members"),
            ("https://onramp.example.com/logout", "/onboarding/checklist"),
            ("https://onramp.example.com.evil.example/dashboard", "/onboarding/checklist"),
            ("https://evil.example/dashboard", "/onboarding/checklist"),
            ("", "/onboarding/checklist"),
        ] {
            let headers = HeaderMap::from_iter([(REFERER, referer.parse().unwrap())]);
            assert_eq!(return_path(&headers, "https://onramp.example.com"), page, "{referer}");
        }
        assert_eq!(return_path(&HeaderMap::new(), "https://onramp.example.com"), "/onboarding/checklist");
    }
}
