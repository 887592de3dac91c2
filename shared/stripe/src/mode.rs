/// Which of Stripe's two worlds a key belongs to. Nothing of one is known in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// No money moves.
    Test,
    /// Money moves.
    Live,
}

impl Mode {
    /// The mode of a publishable key, `pk_test_…` or `pk_live_…`; `None` for anything else.
    #[must_use]
    pub fn of_publishable(key: &str) -> Option<Self> {
        Self::after(key.strip_prefix("pk_")?)
    }

    /// Reads `test_…` or `live_…`, with something behind it that a header can carry.
    pub(crate) fn after(rest: &str) -> Option<Self> {
        let (mode, rest) = rest.split_once('_')?;
        let whole = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic());
        match mode {
            "test" if whole => Some(Self::Test),
            "live" if whole => Some(Self::Live),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_publishable_keys_tell_their_mode() {
        for (key, mode) in [
            ("pk_test_1", Some(Mode::Test)),
            ("pk_live_1", Some(Mode::Live)),
            ("pk_test_", None),
            ("pk_test_a b", None),
            ("pk_prod_1", None),
            ("sk_test_1", None),
            ("", None),
        ] {
            assert_eq!(Mode::of_publishable(key), mode, "{key}");
        }
    }
}
