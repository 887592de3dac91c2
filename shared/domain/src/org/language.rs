//! The language of an organization.

/// A language of pages and emails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English, which is the default.
    #[default]
    English,
}

impl Language {
    /// Every language, in the order of a list.
    pub const ALL: [Self; 1] = [Self::English];

    /// Returns the language tag (BCP 47), such as `en`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
        }
    }

    /// Parses a value of [`Self::as_str`].
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == tag)
    }
}
