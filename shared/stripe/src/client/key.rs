//! The secret key of API calls.

use std::fmt;

use crate::mode::Mode;

/// A secret key, `sk_…`, or a restricted key, `rk_…`. Its `Debug` output shows only the mode.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey {
    text: String,
    mode: Mode,
}

/// The text is not a secret key. The error never repeats the text, because the text may be part of
/// a real key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a key that starts with sk_test_, sk_live_, rk_test_, or rk_live_")]
pub struct InvalidKey;

impl SecretKey {
    /// Parses a secret key or a restricted key.
    ///
    /// # Errors
    /// [`InvalidKey`] for a text with another prefix, without characters after the prefix, or with
    /// characters that are not printable ASCII.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        let rest = text.strip_prefix("sk_").or_else(|| text.strip_prefix("rk_")).ok_or(InvalidKey)?;
        let mode = Mode::of_key_rest(rest).ok_or(InvalidKey)?;
        Ok(Self { text: text.to_owned(), mode })
    }

    /// The format of a key in configuration errors.
    pub const EXPECTED: &str = "an sk_ or rk_ key in the same mode as STRIPE_PUBLISHABLE_KEY";
    /// The format of a variable that contains a key or names its secret.
    pub const EXPECTED_OR_ARN: &str = "an sk_ or rk_ key in the same mode as STRIPE_PUBLISHABLE_KEY, or the ARN of a secret that contains it";

    /// Parses a key and accepts it only in the given mode. Without a mode, accepts both modes.
    #[must_use]
    pub fn of_mode(text: &str, mode: Option<Mode>) -> Option<Self> {
        Self::parse(text).ok().filter(|key| mode.is_none_or(|mode| key.mode == mode))
    }

    /// Returns whether the key belongs to test mode or live mode.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    pub(super) fn bearer(&self) -> String {
        format!("Bearer {}", self.text)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({:?})", self.mode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_the_mode_and_hides_the_key() {
        for (text, mode) in [
            ("sk_test_hidden", Some(Mode::Test)),
            ("sk_live_hidden", Some(Mode::Live)),
            ("rk_test_hidden", Some(Mode::Test)),
            ("rk_live_hidden", Some(Mode::Live)),
            ("pk_test_hidden", None),
            ("sk_hidden", None),
            ("sk_test_", None),
            ("sk_test_hid\r\nden", None),
            ("whsec_hidden", None),
        ] {
            let key = SecretKey::parse(text);
            assert_eq!(key.as_ref().ok().map(SecretKey::mode), mode, "{text}");
            let shown = mode.map_or("Err(InvalidKey)".to_owned(), |mode| format!("Ok(SecretKey({mode:?}))"));
            assert_eq!(format!("{key:?}"), shown);
        }
    }
}
