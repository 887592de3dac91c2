//! Names that people give to organizations and to themselves.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_security::{GeneralSecurityProfile, RestrictionLevel, RestrictionLevelDetection};
use unicode_segmentation::UnicodeSegmentation;

/// The most graphemes (what a person calls characters) of a name.
pub const MOST_GRAPHEMES: usize = 80;

/// A name of a person or an organization: NFC, trimmed, inner white space single,
/// 1 to [`MOST_GRAPHEMES`] graphemes, nothing invisible, at most moderately mixed scripts
/// (Unicode Technical Standard #39, "Restriction-Level Detection").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Nothing but white space.
    #[error("Enter a name.")]
    Empty,
    /// More than [`MOST_GRAPHEMES`] graphemes, or so many bytes that it cannot be fewer.
    #[error("Use at most 80 characters.")]
    TooLong,
    /// Control, bidi, zero-width, private or unassigned characters, or line breaks.
    #[error("Leave out invisible and control characters.")]
    Invisible,
    /// Letters of scripts that are easily confused with each other.
    #[error("Use letters of one script: this mix can be mistaken for another name.")]
    MixedScripts,
}

impl NameFault {
    /// The code of a problem's `errors` entry.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "required",
            Self::TooLong => "too_long",
            Self::Invisible => "invisible_characters",
            Self::MixedScripts => "mixed_scripts",
        }
    }
}

impl Name {
    /// Reads a name as a person typed it.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        // A grapheme can be long, but not this long: refuse before working on it.
        if text.len() > MOST_GRAPHEMES * 64 {
            return Err(NameFault::TooLong);
        }
        let trimmed: String = text.trim().nfc().collect();
        if trimmed.is_empty() {
            return Err(NameFault::Empty);
        }
        if trimmed.chars().any(is_invisible) {
            return Err(NameFault::Invisible);
        }
        let name = trimmed.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.graphemes(true).count() > MOST_GRAPHEMES || name.len() > MOST_GRAPHEMES * 16 {
            return Err(NameFault::TooLong);
        }
        let letters: String = name
            .chars()
            .filter(|ch| ch.is_alphabetic() && GeneralSecurityProfile::identifier_allowed(*ch))
            .collect();
        if !letters.is_empty()
            && letters.as_str().detect_restriction_level() > RestrictionLevel::ModeratelyRestrictive
        {
            return Err(NameFault::MixedScripts);
        }
        Ok(Self(name))
    }

    /// A name read back from where a parsed one was stored.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part to greet with: the first word.
    #[must_use]
    pub fn given(&self) -> &str {
        self.0.split(' ').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_invisible(ch: char) -> bool {
    matches!(
        ch.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_world_are_names() {
        for (typed, kept) in [
            ("Acme Corp", "Acme Corp"),
            ("  Acme   Corp ", "Acme Corp"),
            ("Cafe\u{301} & Söhne 24/7", "Café & Söhne 24/7"),
            ("株式会社アクメ Tokyo", "株式会社アクメ Tokyo"),
            ("ООО Ромашка", "ООО Ромашка"),
            ("شركة النجاح", "شركة النجاح"),
            ("evil.com", "evil.com"),
            ("🚀 42", "🚀 42"),
        ] {
            assert_eq!(Name::parse(typed).as_ref().map(Name::as_str), Ok(kept), "{typed}");
        }
    }

    #[test]
    fn what_is_not_a_name_says_why() {
        for (typed, fault) in [
            ("", NameFault::Empty),
            (" \u{a0} ", NameFault::Empty),
            ("a\r\nBcc: b@c.de", NameFault::Invisible),
            ("Acme\u{202e}proC", NameFault::Invisible),
            ("Ac\u{200b}me", NameFault::Invisible),
            ("Acme\u{0}", NameFault::Invisible),
            ("Аcme", NameFault::MixedScripts),
        ] {
            assert_eq!(Name::parse(typed), Err(fault), "{typed:?}");
        }
        assert!(Name::parse(&"ä".repeat(80)).is_ok());
        assert_eq!(Name::parse(&"ä".repeat(81)), Err(NameFault::TooLong));
        assert_eq!(Name::parse(&format!("a{}", "\u{301}".repeat(4000))), Err(NameFault::TooLong));
    }
}
