use std::str::FromStr;

/// What a variable that holds a [`BaseUrl`] should look like, as words that finish "expected …".
pub const BASE_URL: &str = "an https:// address, or http:// on loopback";

/// The address under which something is reached, safe to stand in pages and mails, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

/// The text is no address that may be linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an https:// address, or http:// on loopback")]
pub struct NotABaseUrl;

impl BaseUrl {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> &str {
        let authority = self.0.find("://").map_or(0, |at| at + "://".len());
        let end = self.0.get(authority..).and_then(|rest| rest.find('/')).map(|length| authority + length);
        end.and_then(|end| self.0.get(..end)).unwrap_or(&self.0)
    }
}

impl FromStr for BaseUrl {
    type Err = NotABaseUrl;

    /// `https`, or `http` on loopback: a link with another scheme could run a script.
    fn from_str(text: &str) -> Result<Self, NotABaseUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(NotABaseUrl)?;
        let authority = rest.split('/').next().unwrap_or_default();
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let fits = match scheme {
            "https" => !host.is_empty(),
            "http" => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
            _ => false,
        };
        let is_plain =
            |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'?' | b'#' | b'@');
        if fits && text.bytes().all(is_plain) {
            Ok(Self(text.trim_end_matches('/').to_owned()))
        } else {
            Err(NotABaseUrl)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_an_origin() {
        for (url, origin) in [
            ("https://app.example.com", "https://app.example.com"),
            ("https://app.example.com:8443/t/u", "https://app.example.com:8443"),
            ("http://[::1]:3000/", "http://[::1]:3000"),
        ] {
            assert_eq!(url.parse::<BaseUrl>().unwrap().origin(), origin);
        }
    }

    #[test]
    fn an_address_is_one_that_may_safely_be_linked_to() {
        for (url, kept) in [
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
            assert_eq!(url.parse::<BaseUrl>().ok().as_ref().map(BaseUrl::as_str), kept, "{url}");
        }
    }
}
