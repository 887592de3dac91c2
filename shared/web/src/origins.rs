use std::{fmt, str::FromStr};

/// Origins outside our own: where Stripe's hosted pages are, which forms may lead to; or those whose pages may hold
/// pieces of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(Vec<String>);

/// The text is no list of origins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {}", Origins::EXPECTED)]
pub struct NotOrigins;

impl Origins {
    /// Where Stripe's own pages are, unless an account has domains of its own for them.
    pub const STRIPE: &'static str = "https://checkout.stripe.com https://billing.stripe.com";

    /// What a variable of them should look like, as words that finish "expected …".
    pub const EXPECTED: &'static str = "origins separated by spaces, each https://host, or http://host on loopback, in small letters and without :443 or :80";

    /// As [`from_str`](FromStr::from_str), where there may be none.
    #[must_use]
    pub fn parse_any(text: &str) -> Option<Self> {
        if text.is_empty() { Some(Self::default()) } else { text.parse().ok() }
    }

    /// Whether this very origin, as a browser's `Origin` header names it, is one of them.
    #[must_use]
    pub fn have(&self, origin: &str) -> bool {
        self.0.iter().any(|it| it == origin)
    }

    /// This one alone, if it is one of them; else none.
    #[must_use]
    pub fn only(&self, origin: &str) -> Self {
        Self(self.0.iter().filter(|it| *it == origin).cloned().collect())
    }

    /// Whether an address is at one of them.
    #[must_use]
    pub fn hold(&self, address: &str) -> bool {
        let at = |origin: &String| {
            let rest = address.strip_prefix(origin.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
        };
        self.0.iter().any(at)
    }
}

impl FromStr for Origins {
    type Err = NotOrigins;

    fn from_str(text: &str) -> Result<Self, NotOrigins> {
        let origins: Vec<_> = text.split_ascii_whitespace().map(str::to_owned).collect();
        let good = !origins.is_empty() && origins.iter().all(|origin| is_origin(origin));
        if good { Ok(Self(origins)) } else { Err(NotOrigins) }
    }
}

/// As a policy names them.
impl fmt::Display for Origins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// Nothing else may stand in a policy: a path would be ignored, and a semicolon would begin a directive. And it is as a
/// browser names it, which writes small letters and leaves the default port out: any other would never be met.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']')
    };
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (host, None),
    };
    let (fits, default) = match scheme {
        "https" => (!name.is_empty(), "443"),
        "http" => (matches!(name, "localhost" | "127.0.0.1" | "[::1]"), "80"),
        _ => return false,
    };
    let named = |port: &str| port != default && port.parse::<u16>().is_ok_and(|it| it.to_string() == port);
    fits && port.is_none_or(named) && host.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_origins_stand_in_a_policy() {
        let two = "https://pay.example.com http://localhost:8485";
        for (text, kept) in [
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
            assert_eq!(origins.as_deref(), kept, "{text}");
        }
    }

    #[test]
    fn there_may_be_none_and_an_origin_is_one_of_them_or_not() {
        let none = Origins::parse_any("").unwrap();
        assert!(!none.have("") && !none.have("https://app.example.com") && none.to_string().is_empty());
        assert_eq!(Origins::parse_any("*"), None);
        let two = Origins::parse_any("https://app.example.com http://localhost:8486").unwrap();
        for (origin, have) in [
            ("https://app.example.com", true),
            ("http://localhost:8486", true),
            ("https://app.example.com/", false),
            ("https://app.example.com.evil.example", false),
            ("http://app.example.com", false),
            ("http://localhost", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(two.have(origin), have, "{origin}");
            assert_eq!(two.only(origin).to_string(), if have { origin } else { "" });
        }
    }

    #[test]
    fn an_address_is_at_an_origin_or_elsewhere() {
        let origins: Origins = Origins::STRIPE.parse().unwrap();
        for (address, held) in [
            ("https://checkout.stripe.com/c/pay/cs_1", true),
            ("https://billing.stripe.com", true),
            ("https://billing.stripe.com?x", true),
            ("https://billing.stripe.com.evil.example/", false),
            ("http://billing.stripe.com/", false),
            ("", false),
        ] {
            assert_eq!(origins.hold(address), held, "{address}");
        }
    }
}
