//! Names that people give to organizations and to themselves.

mod marks;
mod scripts;

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

pub(crate) use self::marks::is_invisible;

/// The most graphemes (what a person calls characters) of a name.
pub const MOST_GRAPHEMES: usize = 80;

/// A name of a person or an organization: NFC, trimmed, inner white space single,
/// 1 to [`MOST_GRAPHEMES`] graphemes, nothing invisible, no piled-up marks, at most moderately mixed scripts
/// (Unicode Technical Standard #39, 5.2 and 5.4).
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
    /// Marks that stand on no letter, or too many of them on one.
    #[error("Use at most four accents on a letter, and none without one.")]
    Marks,
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
            Self::Marks => "marks",
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
        if marks::hide(&trimmed) {
            return Err(NameFault::Invisible);
        }
        let name = trimmed.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.graphemes(true).count() > MOST_GRAPHEMES || name.len() > MOST_GRAPHEMES * 16 {
            return Err(NameFault::TooLong);
        }
        if marks::pile_up(&name) {
            return Err(NameFault::Marks);
        }
        if scripts::mix(&name) {
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
