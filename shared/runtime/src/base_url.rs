//! URLs that are safe as links in pages and emails.

use std::{fmt, ops::Deref, str::FromStr};

/// The expected format of a [`BaseUrl`] variable, as the end of the sentence "expected …".
pub const BASE_URL: &str = "an https:// URL, or an http:// URL on loopback";

/// An absolute URL that is safe in pages and emails. It has no trailing slash, query, or fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

/// The text is not a URL that pages and emails may link to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {BASE_URL}")]
pub struct BaseUrlError;

impl BaseUrl {
    /// Returns the scheme, the host, and the port.
    #[must_use]
    pub fn origin(&self) -> &str {
        let authority = self.0.find("://").map_or(0, |at| at + "://".len());
        let end = self.0.get(authority..).and_then(|rest| rest.find('/')).map(|length| authority + length);
        end.and_then(|end| self.0.get(..end)).unwrap_or(&self.0)
    }
}

impl Deref for BaseUrl {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    /// Accepts `https` URLs, and `http` URLs on loopback. Rejects URLs with any other scheme,
    /// because a link such as `javascript:…` could run a script.
    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let (scheme, rest) = text.split_once("://").ok_or(BaseUrlError)?;
        let authority = rest.split('/').next().unwrap_or_default();
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let allowed = match scheme {
            "https" => !host.is_empty(),
            "http" => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
            _ => false,
        };
        let is_plain =
            |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'?' | b'#' | b'@');
        if allowed && text.bytes().all(is_plain) {
            Ok(Self(text.trim_end_matches('/').to_owned()))
        } else {
            Err(BaseUrlError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_is_scheme_host_and_port() {
        for (url, origin) in [
            ("https://app.example.com", "https://app.example.com"),
            ("https://app.example.com:8443/t/u", "https://app.example.com:8443"),
            ("http://[::1]:3000/", "http://[::1]:3000"),
        ] {
            assert_eq!(url.parse::<BaseUrl>().unwrap().origin(), origin);
        }
    }

    #[test]
    fn only_safe_urls_are_accepted() {
        for (url, expected) in [
            ("https://app.example.com", Some("https://app.example.com")),
            ("https://app.example.com:8443/t/", Some("https://app.example.com:8443/t")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("http://[::1]:3000", Some("http://[::1]:3000")),
            ("http://127.0.0.1:8484/x", Some("http://127.0.0.1:8484/x")),
            ("http://app.example.com", None),
            ("http://localhost.example.com", None),
            ("http://localhost:80@example.com", None),
            ("javascript://app.example.com/%0aalert(1)", None),
            ("https://", None),
            ("https://user@app.example.com", None),
            ("https://app.example.com/a b", None),
            ("https://app.example.com/\"", None),
            ("ftp://app.example.com", None),
            ("app.example.com", None),
        ] {
            assert_eq!(url.parse::<BaseUrl>().ok().as_deref(), expected, "{url}");
        }
    }
}
