//! Webhook secrets.

use std::fmt;

use hmac::{Hmac, KeyInit};
use sha2::Sha256;

/// A webhook secret, ready to sign and to check. The text itself is not kept, and nothing prints it.
#[derive(Clone)]
pub struct Secret(Hmac<Sha256>);

/// Text that is not a webhook secret. The text is not repeated here: it may be most of a real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected whsec_…, or several of them separated by commas")]
pub struct BadSecret;

impl Secret {
    /// Reads a secret, `whsec_…`. The whole text is the key, its prefix too.
    ///
    /// # Errors
    /// [`BadSecret`] if the prefix is missing, nothing follows it, or the text has spaces or control characters.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let body = text.strip_prefix("whsec_").ok_or(BadSecret)?;
        if body.is_empty() || !body.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(BadSecret);
        }
        Hmac::new_from_slice(text.as_bytes()).map(Self).map_err(|_| BadSecret)
    }

    /// HMAC-SHA256, keyed.
    pub(crate) fn mac(&self) -> &Hmac<Sha256> {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The secrets that are valid now: one, or two while one is replaced by another. With none, nothing is trusted.
#[derive(Clone, Default)]
pub struct Secrets(Vec<Secret>);

impl Secrets {
    /// No secret at all: every signature is refused.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads one secret, or several separated by commas. Spaces around them do not count.
    ///
    /// # Errors
    /// [`BadSecret`] if any of them is not one.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        text.split(',').map(|one| Secret::parse(one.trim())).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Secret> {
        self.0.iter()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_secrets_are_taken() {
        for (text, count) in [
            ("whsec_a", Some(1)),
            ("whsec_a,whsec_b", Some(2)),
            (" whsec_a , whsec_b\n", Some(2)),
            ("", None),
            (",", None),
            ("whsec_", None),
            ("whsec_a,", None),
            ("whsec_a,sk_test_b", None),
            ("whsec_a b", None),
            ("sk_live_a", None),
        ] {
            assert_eq!(Secrets::parse(text).ok().map(|secrets| secrets.0.len()), count, "{text:?}");
        }
    }

    #[test]
    fn nothing_prints_a_secret() {
        let secrets = Secrets::parse("whsec_veryhidden").unwrap();
        let one = Secret::parse("whsec_veryhidden").unwrap();
        let refused = Secrets::parse("sk_veryhidden").unwrap_err();
        for text in [format!("{secrets:?}"), format!("{one:?}"), format!("{refused:?} {refused}")] {
            assert!(!text.contains("hidden"), "{text}");
        }
    }
}
