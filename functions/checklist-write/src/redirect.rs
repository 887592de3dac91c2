use http::{HeaderMap, header::REFERER};

/// Where a form of no page of ours leads back to.
const CHECKLIST: &str = "/onboarding/checklist";

/// The page that a form came from, by its `Referer`; `origin` is our own. The widget lives on the dashboard.
pub fn came_from(headers: &HeaderMap, origin: &str) -> String {
    let referer = headers.get(REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = referer.strip_prefix(origin).unwrap_or_default();
    match path.split(['?', '#']).next() {
        Some("/onboarding/widget") => "/dashboard".to_owned(),
        _ => web::next_path(path).unwrap_or_else(|| CHECKLIST.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_back_to_the_page_of_ours_that_it_was_on() {
        for (referer, page) in [
            ("https://onramp.example.com/onboarding/checklist", "/onboarding/checklist"),
            ("https://onramp.example.com/dashboard?from=mail#top", "/dashboard"),
            ("https://onramp.example.com/onboarding/welcome", "/onboarding/welcome"),
            ("https://onramp.example.com/onboarding/widget", "/dashboard"),
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
            assert_eq!(came_from(&headers, "https://onramp.example.com"), page, "{referer}");
        }
        assert_eq!(came_from(&HeaderMap::new(), "https://onramp.example.com"), "/onboarding/checklist");
    }
}
