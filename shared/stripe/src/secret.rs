//! Webhook secrets, which verify the signatures of Stripe's events.

use std::fmt;

use hmac::{Hmac, KeyInit};
use sha2::Sha256;

/// A webhook secret, stored as a keyed HMAC instead of text. Its `Debug` output hides it.
#[derive(Clone)]
pub struct Secret(Hmac<Sha256>);

/// The text is not a webhook secret. The error never repeats the text, because the text may be part
/// of a real secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one or more comma-separated whsec_… values")]
pub struct InvalidSecret;

impl Secret {
    /// Parses a secret, `whsec_…`. The complete text is the key, with its prefix.
    ///
    /// # Errors
    /// [`InvalidSecret`] if the prefix is missing, nothing follows it, or the text contains a
    /// character that is not printable ASCII.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let body = text.strip_prefix("whsec_").ok_or(InvalidSecret)?;
        if body.is_empty() || !body.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(InvalidSecret);
        }
        Hmac::new_from_slice(text.as_bytes()).map(Self).map_err(|_| InvalidSecret)
    }

    /// Returns the HMAC-SHA256 that is keyed with the secret.
    pub(crate) fn mac(&self) -> &Hmac<Sha256> {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The valid secrets: one, or several during a rotation. The default is an empty list, which rejects
/// all signatures.
#[derive(Clone, Default)]
pub struct Secrets(Vec<Secret>);

impl Secrets {
    /// Parses one secret, or several that are separated by commas. Spaces around them are ignored.
    ///
    /// # Errors
    /// [`InvalidSecret`] if one of them is invalid.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
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
    fn only_complete_secrets_are_accepted() {
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
    fn debug_and_error_texts_hide_the_secret() {
        assert_eq!(format!("{:?}", Secrets::parse("whsec_hidden,whsec_b").unwrap()), "Secrets(2)");
        assert_eq!(format!("{:?}", Secret::parse("whsec_hidden").unwrap()), "Secret(…)");
        let rejected = Secrets::parse("sk_hidden").unwrap_err();
        assert!(!format!("{rejected:?} {rejected}").contains("hidden"), "{rejected}");
    }
}
