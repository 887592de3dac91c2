//! The reason that an operator gives for an action.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::name::is_invisible;

/// Maximum number of bytes in a reason. A grapheme, which is one visible character, can consist of
/// any number of bytes, and the size of a stored item is limited.
const MAX_BYTES: usize = Reason::MAX_GRAPHEMES * 4;

/// Reason of an extension or of another action of an operator: one line of NFC text, 1 to
/// [`Reason::MAX_GRAPHEMES`] graphemes, no invisible characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

/// Reason why a text is not a valid [`Reason`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReasonError {
    /// The text contains only white space.
    #[error("Enter a reason. We store it for other operators.")]
    Empty,
    /// More than [`Reason::MAX_GRAPHEMES`] graphemes, or more than 4 × [`Reason::MAX_GRAPHEMES`] bytes.
    #[error("Use at most {} characters.", Reason::MAX_GRAPHEMES)]
    TooLong,
    /// Control, bidi, or zero-width characters, or line breaks.
    #[error("Remove line breaks, invisible characters, and control characters.")]
    Invisible,
}

impl ReasonError {
    /// Returns the code for the `errors` entry of a problem response.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "required",
            Self::TooLong => "too_long",
            Self::Invisible => "invisible_characters",
        }
    }
}

impl Reason {
    /// Maximum number of graphemes in a reason.
    pub const MAX_GRAPHEMES: usize = 500;

    /// Parses a reason from user input.
    ///
    /// # Errors
    /// Returns the error of the first rule that the text violates.
    pub fn parse(text: &str) -> Result<Self, ReasonError> {
        if text.len() > MAX_BYTES {
            return Err(ReasonError::TooLong);
        }
        let reason: String = text.trim().nfc().collect();
        match reason.graphemes(true).count() {
            0 => Err(ReasonError::Empty),
            _ if reason.chars().any(is_invisible) => Err(ReasonError::Invisible),
            1..=Reason::MAX_GRAPHEMES => Ok(Self(reason)),
            _ => Err(ReasonError::TooLong),
        }
    }

    /// Wraps a reason that was parsed before it was stored.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_is_one_line_of_visible_text() {
        for (typed, expected) in [
            (" Asked by their\u{a0}CFO — see #42 ", Ok("Asked by their\u{a0}CFO — see #42")),
            ("Cafe\u{301}", Ok("Café")),
            (" \t ", Err(ReasonError::Empty)),
            ("two\nlines", Err(ReasonError::Invisible)),
            ("a\u{202e}b", Err(ReasonError::Invisible)),
        ] {
            assert_eq!(
                Reason::parse(typed).as_ref().map(|reason| reason.0.as_str()),
                expected.as_ref().copied(),
                "{typed:?}"
            );
        }
        assert!(Reason::parse(&"ä".repeat(Reason::MAX_GRAPHEMES)).is_ok());
        assert_eq!(Reason::parse(&"ä".repeat(Reason::MAX_GRAPHEMES + 1)), Err(ReasonError::TooLong));
        assert!(Reason::parse(&"🏳".repeat(Reason::MAX_GRAPHEMES)).is_ok(), "500 graphemes, 2000 bytes");
        assert_eq!(Reason::parse(&format!("a{}", "\u{301}".repeat(1000))), Err(ReasonError::TooLong));
    }
}
