//! The URL of the host's endpoint.

use std::{net::Ipv6Addr, str::FromStr};

/// The expected format of an [`EndpointUrl`], as the end of the sentence "expected …".
pub const ENDPOINT_URL: &str = "an https:// URL with a host name, or an http:// URL on loopback";

/// URL to which Onramp may send calls. Addresses in place of a name are accepted only on loopback,
/// because the check for private addresses happens when a name is resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointUrl {
    text: String,
    is_loopback: bool,
}

impl EndpointUrl {
    /// Returns the URL as it was parsed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether the endpoint is on this machine, as in the local stack.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.is_loopback
    }
}

/// The text is not a URL to which Onramp may send calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {ENDPOINT_URL}")]
pub struct InvalidUrl;

impl FromStr for EndpointUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(InvalidUrl)?;
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && !authority.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let is_loopback = match scheme {
            "https" if is_name(host) => false,
            "http" if matches!(host, "localhost" | "127.0.0.1" | "[::1]") => true,
            _ => return Err(InvalidUrl),
        };
        let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
        let is_plain =
            |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'#' | b'@');
        if is_port && text.bytes().all(is_plain) {
            Ok(Self { text: text.to_owned(), is_loopback })
        } else {
            Err(InvalidUrl)
        }
    }
}

/// Returns whether a host is a name and not an address. A name's last label is not a number.
fn is_name(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    // Other notations of addresses, such as 0x7f000001, also start with a digit.
    let is_number = last.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    host.len() <= 253 && host.split('.').all(is_label) && !is_number && host.parse::<Ipv6Addr>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_with_a_name_or_on_loopback_are_accepted() {
        for (url, loopback) in [
            ("https://app.example.com/webhooks/onramp", Some(false)),
            ("https://app.example.com:8443/?source=onramp", Some(false)),
            ("https://app.example.com", Some(false)),
            ("http://localhost:3000/webhooks", Some(true)),
            ("http://127.0.0.1:3000", Some(true)),
            ("http://[::1]:3000/", Some(true)),
            ("http://app.example.com/webhooks", None),
            ("https://10.0.0.1/webhooks", None),
            ("https://0x7f000001/", None),
            ("https://2130706433/", None),
            ("https://[::1]/", None),
            ("https://user@app.example.com/", None),
            ("https://app.example.com/#x", None),
            ("https://app.example.com/a b", None),
            ("https://app.example.com:0/", None),
            ("https://app..example.com/", None),
            ("https://", None),
            ("ftp://app.example.com", None),
            ("app.example.com", None),
        ] {
            let parsed: Option<EndpointUrl> = url.parse().ok();
            assert_eq!(parsed.as_ref().map(EndpointUrl::is_loopback), loopback, "{url}");
            assert_eq!(parsed.as_ref().map(EndpointUrl::as_str), loopback.map(|_| url), "{url}");
        }
    }
}
