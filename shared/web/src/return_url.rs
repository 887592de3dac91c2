//! The rule for URLs to which a portal session leads back.

use domain::people::ReturnUrl;

use crate::{Origins, origin};

/// Parses the URL to which the user of a portal link returns. Returns `None` unless its origin is
/// that of the host app's URL, or one that may embed widgets.
///
/// The origins are compared as text, in the form that browsers send. So a URL with a default port or
/// with uppercase letters in its host is rejected.
#[must_use]
pub fn parse_return_url(text: &str, embedders: &Origins, app_url: Option<&str>) -> Option<ReturnUrl> {
    let url: ReturnUrl = text.parse().ok()?;
    let is_app = app_url.and_then(origin::origin_of).is_some_and(|app| app == url.origin());
    (is_app || embedders.contains(url.origin())).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_url_leads_only_to_the_host_app() {
        let embedders = "https://two.example http://localhost:9000".parse().unwrap();
        let app = Some("https://app.example.com/base");
        for (text, accepted) in [
            ("https://app.example.com", true),
            ("https://app.example.com/elsewhere?a=b#c", true),
            ("https://two.example/", true),
            ("http://localhost:9000/projects", true),
            ("", false),
            ("/projects", false),
            ("//app.example.com/", false),
            ("https:app.example.com", false),
            ("https:/app.example.com", false),
            ("https://evil.example/", false),
            ("https://evil.example/https://app.example.com/", false),
            ("https://evil.example/?https://app.example.com", false),
            ("https://evil.example#https://app.example.com/", false),
            ("https://app.example.com.evil.example/", false),
            ("https://app.example.comevil.example/", false),
            ("https://app.example.com.", false),
            ("https://evil.example\\.app.example.com/", false),
            ("https://evil.example\\@app.example.com/", false),
            ("https://app.example.com@evil.example/", false),
            ("https://app.example.com:443@evil.example/", false),
            ("https://evil.example:@app.example.com/", false),
            ("https://app.example.com%2eevil.example/", false),
            ("https://app.example.com%00.evil.example/", false),
            ("https://app.example.com\t.evil.example/", false),
            ("https://app.example.com/\r\nlocation: https://evil.example", false),
            ("https://app。example.com/", false),
            ("http://app.example.com/", false),
            ("https://app.example.com:443/", false),
            ("https://app.example.com:8443/", false),
            ("http://localhost/", false),
            ("http://localhost:90000/", false),
            ("http://localhost:9000@evil.example/", false),
            ("https://App.example.com/", false),
            ("javascript:alert(1)", false),
            ("javascript://app.example.com/%0aalert(1)", false),
            ("data:text/html,https://app.example.com", false),
            ("blob:https://app.example.com/1", false),
            ("null", false),
        ] {
            let url = parse_return_url(text, &embedders, app);
            assert_eq!(url.as_ref().map(ReturnUrl::as_str), accepted.then_some(text), "{text:?}");
        }
        assert_eq!(parse_return_url("https://app.example.com/", &Origins::default(), None), None);
    }
}
