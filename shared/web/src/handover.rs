//! Links into the host app. They lead through the route `/handover`, which signs the user in there.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// Path of the route that signs a user in to the host app.
pub const HANDOVER: &str = "/handover";

/// Query parameter that names the page of the host app.
const TO: &str = "to";
/// Maximum length of a page, in bytes.
const MAX_LENGTH: usize = 512;
/// Bytes that the query of a link escapes.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'/');
/// Bytes that an address escapes. It may already contain escapes.
const UNSAFE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\');

/// A page of the host app: a path below the host app's URL, which can have a query and a fragment.
///
/// It starts with one `/`, so it never names another host. It contains only ASCII characters, so it
/// can be the value of a `Location` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPage(String);

impl HostPage {
    /// Returns the page with the given path, in which unsafe characters are escaped. Any other text
    /// becomes the root: an escaped text of more than 512 bytes, one that browsers read as an address
    /// of another host, or one with control characters, which browsers remove.
    #[must_use]
    pub fn parse(to: &str) -> Self {
        let is_path = to.starts_with('/') && !to.starts_with("//") && !to.starts_with("/\\");
        let page = Self(utf8_percent_encode(to, UNSAFE).to_string());
        let valid = is_path && page.0.len() <= MAX_LENGTH && !to.contains(char::is_control);
        if valid { page } else { Self("/".to_owned()) }
    }

    /// Returns the page that the query of `/handover` names, or the root.
    #[must_use]
    pub fn of_query(query: &str) -> Self {
        let to = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == TO);
        Self::parse(to.map_or_else(Default::default, |(_, to)| to).as_ref())
    }

    /// Returns the path of this page below the host app's URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the link that signs the user in and opens this page.
    #[must_use]
    pub fn link(&self) -> String {
        match self.0.as_str() {
            "/" => HANDOVER.to_owned(),
            page => format!("{HANDOVER}?{TO}={}", utf8_percent_encode(page, ESCAPED)),
        }
    }

    /// Returns the address of this page in a host app without a sign-in through Onramp. `app` is
    /// the URL of the host app, without a trailing slash.
    #[must_use]
    pub fn url(&self, app: &str) -> String {
        match self.0.as_str() {
            "/" => app.to_owned(),
            page => format!("{app}{page}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_of_another_host_becomes_the_root() {
        let long = format!("/{}", "a".repeat(MAX_LENGTH));
        for (to, page) in [
            ("/projects", "/projects"),
            ("/projects/7?tab=time&x=1#top", "/projects/7?tab=time&x=1#top"),
            ("/projekte/größe 1", "/projekte/gr%C3%B6%C3%9Fe%201"),
            ("/a\\b\u{2028}", "/a%5Cb%E2%80%A8"),
            (&"/ü".repeat(100), "/"),
            ("/a//b", "/a//b"),
            (&long[..MAX_LENGTH], &long[..MAX_LENGTH]),
            (&long, "/"),
            ("", "/"),
            ("projects", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("\\/evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("/\r\nlocation: https://evil.example", "/"),
            ("https://evil.example/", "/"),
            ("javascript:alert(1)", "/"),
        ] {
            assert_eq!(HostPage::parse(to).as_str(), page, "{to:?}");
        }
    }

    #[test]
    fn link_leads_back_to_its_page() {
        for page in ["/", "/projects", "/a?b=1&c=2#d", "/100%25?x=a+b", "/größe", "/a//b"] {
            let page = HostPage::parse(page);
            let query = page.link().strip_prefix(HANDOVER).unwrap().trim_start_matches('?').to_owned();
            assert_eq!(HostPage::of_query(&query), page);
        }
        assert_eq!(HostPage::parse("/projects").link(), "/handover?to=/projects");
        assert_eq!(HostPage::of_query("from=%2Fa").as_str(), "/");
    }

    #[test]
    fn url_is_an_address_of_the_host_app() {
        for (page, url) in [
            ("/", "https://app.example.com/base"),
            ("/projects?x=%20", "https://app.example.com/base/projects?x=%20"),
            ("/größe 1", "https://app.example.com/base/gr%C3%B6%C3%9Fe%201"),
        ] {
            assert_eq!(HostPage::parse(page).url("https://app.example.com/base"), url);
        }
    }
}
