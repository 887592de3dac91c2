//! Stripe's test mode and live mode.

/// The mode of a Stripe key. Each mode has its own objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Payments are simulated, and no money moves.
    Test,
    /// Payments move real money.
    Live,
}

impl Mode {
    /// The format of a publishable key, as the end of the sentence "expected …".
    pub const EXPECTED: &str = "a key that starts with pk_test_ or pk_live_";

    /// Returns the value in JSON responses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    /// Returns the mode of a publishable key, `pk_test_…` or `pk_live_…`.
    #[must_use]
    pub fn of_publishable(key: &str) -> Option<Self> {
        Self::of_key_rest(key.strip_prefix("pk_")?)
    }

    /// Parses the rest of a key: `test_…` or `live_…`, followed by printable ASCII characters.
    pub(crate) fn of_key_rest(rest: &str) -> Option<Self> {
        let (mode, rest) = rest.split_once('_')?;
        let complete = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic());
        match mode {
            "test" if complete => Some(Self::Test),
            "live" if complete => Some(Self::Live),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mode_is_read_only_from_publishable_keys() {
        for (key, mode) in [
            ("pk_test_1", Some(Mode::Test)),
            ("pk_live_1", Some(Mode::Live)),
            ("pk_test_", None),
            ("pk_live_", None),
            ("pk_test_a b", None),
            ("pk_prod_1", None),
            ("sk_test_1", None),
            ("", None),
        ] {
            assert_eq!(Mode::of_publishable(key), mode, "{key}");
        }
    }
}
