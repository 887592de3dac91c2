//! The page of the host app to which the user of a portal session returns.

use std::str::FromStr;

/// Maximum length of a return URL, in bytes.
const MAX_LENGTH: usize = 2048;

/// An absolute URL to which a user returns: `https`, or `http` on a developer's machine.
///
/// It contains only printable ASCII characters that a link can contain unescaped, and no user name.
/// So its host is the text between `://` and the next `/`, `?`, or `#`, as browsers read it. The
/// caller also checks that the [origin](Self::origin) is one of the host app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnUrl(String);

/// Error for a text that is not a return URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an absolute URL")]
pub struct NotAReturnUrl;

impl ReturnUrl {
    /// Returns the text of the URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the origin, such as `https://app.example.com`.
    #[must_use]
    pub fn origin(&self) -> &str {
        let host = self.0.find("://").map_or(0, |at| at + 3);
        let end = self.0[host..].find(['/', '?', '#']).map_or(self.0.len(), |length| host + length);
        &self.0[..end]
    }

    /// Returns the name of the host, without the port.
    #[must_use]
    pub fn host(&self) -> &str {
        let host = self.origin().split_once("://").map_or("", |(_, host)| host);
        match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        }
    }
}

impl FromStr for ReturnUrl {
    type Err = NotAReturnUrl;

    fn from_str(text: &str) -> Result<Self, NotAReturnUrl> {
        // Browsers read a backslash as a slash, and remove or escape the other characters.
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte);
        let in_host = |byte: u8| {
            byte.is_ascii_lowercase()
                || byte.is_ascii_digit()
                || matches!(byte, b'.' | b'-' | b':' | b'[' | b']')
        };
        let url = Self(text.to_owned());
        let scheme = text.starts_with("https://") || text.starts_with("http://");
        let valid = scheme
            && text.len() <= MAX_LENGTH
            && text.bytes().all(plain)
            && !url.host().is_empty()
            && url.origin().split_once("://").is_some_and(|(_, host)| host.bytes().all(in_host));
        if valid { Ok(url) } else { Err(NotAReturnUrl) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_url_has_the_host_that_browsers_read() {
        for (text, origin, host) in [
            ("https://app.example.com", "https://app.example.com", "app.example.com"),
            ("https://app.example.com/a?b=c#d@e", "https://app.example.com", "app.example.com"),
            ("https://app.example.com:8443/a", "https://app.example.com:8443", "app.example.com"),
            ("https://app.example.com?b", "https://app.example.com", "app.example.com"),
            ("http://localhost:8486/", "http://localhost:8486", "localhost"),
            ("http://[::1]:8486#x", "http://[::1]:8486", "[::1]"),
            ("https://xn--bcher-kva.example/%2F", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        ] {
            let url: ReturnUrl = text.parse().unwrap();
            assert_eq!((url.as_str(), url.origin(), url.host()), (text, origin, host));
        }
    }

    #[test]
    fn ambiguous_url_is_no_return_url() {
        let long = format!("https://app.example.com/{}", "a".repeat(MAX_LENGTH));
        for text in [
            "",
            "/projects",
            "//app.example.com",
            "https:app.example.com",
            "https:/app.example.com",
            "https://",
            "https://:8443/",
            "https:///app.example.com",
            "HTTPS://app.example.com",
            "https://App.example.com",
            "https://app.example.com\\@evil.example",
            "https://app.example.com@evil.example/",
            "https://app.example.com:x@evil.example/",
            "https://app.example.com\n.evil.example/",
            "https://app.example.com/\r\nset-cookie: a=b",
            " https://app.example.com",
            "https://app.example.com/ ",
            "https://app.example.com/größe",
            "https://аpp.example.com/",
            "https://app.example.com/\"><script>",
            "https://app%2eexample.com/",
            "javascript://app.example.com/%0aalert(1)",
            "data:text/html,x",
            "ftp://app.example.com/",
            &long,
        ] {
            assert_eq!(text.parse::<ReturnUrl>(), Err(NotAReturnUrl), "{text:?}");
        }
    }
}
