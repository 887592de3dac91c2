use std::fmt;

use crate::mode::Mode;

/// A key that Stripe takes calls with: `sk_…`, or `rk_…` with restricted rights. Nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey {
    text: String,
    mode: Mode,
}

/// Text that is not a secret key. The text is not repeated here: it may be most of a real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a key that starts with sk_test_, sk_live_, rk_test_ or rk_live_")]
pub struct BadKey;

impl SecretKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`BadKey`] for any other shape.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let rest = text.strip_prefix("sk_").or_else(|| text.strip_prefix("rk_")).ok_or(BadKey)?;
        let mode = Mode::after(rest).ok_or(BadKey)?;
        Ok(Self { text: text.to_owned(), mode })
    }

    /// The mode it is of.
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
    fn a_key_tells_its_mode_and_nothing_else() {
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
            assert!(!format!("{key:?}").contains("hid"), "{key:?}");
        }
    }
}
