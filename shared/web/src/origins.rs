//! Lists of origins in configuration variables and in content security policies.

use std::{fmt, str::FromStr};

/// A list of origins outside of Onramp: those of Stripe's hosted pages, or those of the pages that
/// may embed widgets.
///
/// The text of each origin is exactly the text that browsers send, so a comparison of strings is
/// enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(Vec<String>);

/// The text is not a list of origins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {}", Origins::EXPECTED)]
pub struct OriginsError;

impl Origins {
    /// The default origins of Stripe's hosted pages. An account can have custom domains instead.
    pub const STRIPE: &'static str = "https://checkout.stripe.com https://billing.stripe.com";

    /// The expected format of a variable, as the end of the sentence "expected …".
    pub const EXPECTED: &'static str =
        "space-separated origins (https://host, or http://host on loopback), lowercase, without :443 or :80";

    /// Parses a list that may be empty.
    #[must_use]
    pub fn parse_any(text: &str) -> Option<Self> {
        if text.is_empty() { Some(Self::default()) } else { text.parse().ok() }
    }

    /// Returns whether the list contains `origin`, written as in an `Origin` header.
    #[must_use]
    pub fn contains(&self, origin: &str) -> bool {
        self.0.iter().any(|it| it == origin)
    }

    /// Returns a list that contains only `origin`, or an empty list if `origin` is not in this
    /// list.
    #[must_use]
    pub fn restrict_to(&self, origin: &str) -> Self {
        Self(self.0.iter().filter(|it| *it == origin).cloned().collect())
    }

    /// Returns whether the origin of `url` is in the list.
    #[must_use]
    pub fn contains_url(&self, url: &str) -> bool {
        let has_origin = |origin: &String| {
            let rest = url.strip_prefix(origin.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        };
        self.0.iter().any(has_origin)
    }
}

impl FromStr for Origins {
    type Err = OriginsError;

    fn from_str(text: &str) -> Result<Self, OriginsError> {
        let origins: Vec<_> = text.split_ascii_whitespace().map(str::to_owned).collect();
        let valid = !origins.is_empty() && origins.iter().all(|origin| is_origin(origin));
        if valid { Ok(Self(origins)) } else { Err(OriginsError) }
    }
}

/// Writes the origins separated by spaces, as in a content security policy.
impl fmt::Display for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// Returns whether a text is an origin as browsers serialize it: lowercase, without default port.
///
/// A text that is not such an origin must not become part of a content security policy. A path
/// would change what the policy allows, and a semicolon would start a new directive. An origin in a
/// different notation, for example with uppercase letters, would never equal an `Origin` header.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']')
    };
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (host, None),
    };
    let (allowed, default_port) = match scheme {
        "https" => (!name.is_empty(), "443"),
        "http" => (matches!(name, "localhost" | "127.0.0.1" | "[::1]"), "80"),
        _ => return false,
    };
    let is_canonical =
        |port: &str| port != default_port && port.parse::<u16>().is_ok_and(|it| it.to_string() == port);
    allowed && port.is_none_or(is_canonical) && host.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_origins_are_accepted() {
        let two = "https://pay.example.com http://localhost:8485";
        for (text, expected) in [
            (Origins::STRIPE, Some(Origins::STRIPE)),
            (" https://pay.example.com  http://localhost:8485 ", Some(two)),
            ("http://[::1]:8485", Some("http://[::1]:8485")),
            ("https://pay.example.com:8443", Some("https://pay.example.com:8443")),
            ("http://localhost:443", Some("http://localhost:443")),
            ("https://pay.example.com:443", None),
            ("http://localhost:80", None),
            ("https://pay.example.com:", None),
            ("https://pay.example.com:08443", None),
            ("https://pay.example.com:65536", None),
            ("https://Pay.example.com", None),
            ("HTTPS://pay.example.com", None),
            ("", None),
            ("https://", None),
            ("http://pay.example.com", None),
            ("https://pay.example.com/path", None),
            ("https://x; script-src *", None),
            ("https://x;script-src", None),
            ("*", None),
            ("javascript://x", None),
        ] {
            let origins = text.parse::<Origins>().ok().map(|origins| origins.to_string());
            assert_eq!(origins.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn list_may_be_empty_and_contains_exact_origins_only() {
        let none = Origins::parse_any("").unwrap();
        assert!(
            !none.contains("") && !none.contains("https://app.example.com") && none.to_string().is_empty()
        );
        assert_eq!(Origins::parse_any("*"), None);
        let two = Origins::parse_any("https://app.example.com http://localhost:8486").unwrap();
        for (origin, contained) in [
            ("https://app.example.com", true),
            ("http://localhost:8486", true),
            ("https://app.example.com/", false),
            ("https://app.example.com.evil.example", false),
            ("http://app.example.com", false),
            ("http://localhost", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(two.contains(origin), contained, "{origin}");
            assert_eq!(two.restrict_to(origin).to_string(), if contained { origin } else { "" });
        }
    }

    #[test]
    fn url_is_contained_when_its_origin_is_listed() {
        let origins: Origins = Origins::STRIPE.parse().unwrap();
        for (address, expected) in [
            ("https://checkout.stripe.com/c/pay/cs_1", true),
            ("https://billing.stripe.com", true),
            ("https://billing.stripe.com?x", true),
            ("https://billing.stripe.com.evil.example/", false),
            ("http://billing.stripe.com/", false),
            ("", false),
        ] {
            assert_eq!(origins.contains_url(address), expected, "{address}");
        }
    }
}
