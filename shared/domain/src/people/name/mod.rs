//! Validated names of organizations and users.

mod joiners;
mod marks;
mod scripts;

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

pub(crate) use marks::is_invisible;

/// A name of a user or an organization.
///
/// Invariants (script and mark rules: Unicode Technical Standard #39, 5.2 and 5.4):
///
/// - normalized to NFC, trimmed, and with single spaces
/// - 1 to [`Name::MAX_GRAPHEMES`] graphemes
/// - no invisible characters, except joiners that a script or an emoji sequence needs
/// - at most four marks per letter
/// - no word that mixes scripts that are easily confused
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

/// Reason why a text is not a valid name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The text contains only white space.
    #[error("Enter a name.")]
    Empty,
    /// More than [`Name::MAX_GRAPHEMES`] graphemes, or more than 16 × [`Name::MAX_GRAPHEMES`] bytes.
    #[error("Use at most {} characters.", Name::MAX_GRAPHEMES)]
    TooLong,
    /// Control, bidi, zero-width, private, or unassigned characters, or line breaks. A joiner that
    /// the text needs is allowed.
    #[error("Remove invisible and control characters.")]
    Invisible,
    /// A mark without a letter, a repeated mark, or more than four marks on a letter.
    #[error("Use at most four accents per letter, and no accents without a letter.")]
    Marks,
    /// A word with letters of scripts that are easily confused with each other.
    #[error("Use letters from one script in each word. This mix could be mistaken for another name.")]
    MixedScripts,
}

impl NameError {
    /// Returns the code for the `errors` entry of a problem response.
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
    /// Maximum number of graphemes (user-perceived characters) in a name.
    pub const MAX_GRAPHEMES: usize = 80;

    /// Parses a name from user input.
    ///
    /// # Errors
    /// Returns the error of the first rule that the text violates.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        // A grapheme can have many bytes, but the average is never as high as 64. A longer text is
        // rejected here, because the checks below would take long for it.
        if text.len() > Self::MAX_GRAPHEMES * 64 {
            return Err(NameError::TooLong);
        }
        let trimmed: String = text.trim().nfc().collect();
        if trimmed.is_empty() {
            return Err(NameError::Empty);
        }
        if marks::has_invisible(&trimmed) {
            return Err(NameError::Invisible);
        }
        let name = trimmed.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.graphemes(true).count() > Self::MAX_GRAPHEMES || name.len() > Self::MAX_GRAPHEMES * 16 {
            return Err(NameError::TooLong);
        }
        if marks::has_excess_marks(&name) {
            return Err(NameError::Marks);
        }
        if name.split(' ').any(scripts::is_confusable_mix) {
            return Err(NameError::MixedScripts);
        }
        Ok(Self(name))
    }

    /// Wraps a name that was parsed before it was stored.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the full name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name for greetings: the first word, or the whole name where the first word may not
    /// be the given name. In other scripts than Latin, the family name often comes first. A first word
    /// with a period is a title or an initial.
    #[must_use]
    pub fn given(&self) -> &str {
        let is_latin = |ch: char| ch.is_ascii() || ('\u{c0}'..='\u{24f}').contains(&ch) || ch == '’';
        match self.0.split_once(' ') {
            Some((first, _)) if self.0.chars().all(is_latin) && !first.contains('.') => first,
            _ => &self.0,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
