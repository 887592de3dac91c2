//! The settings of an organization, which its admins change.

use jiff::Timestamp;

use super::Org;
use crate::{
    people::{Admin, Name, TeamError},
    time::Zone,
};

/// A language of pages and emails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English, the default.
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

/// What the admins of an organization choose for all its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Name of the organization.
    pub name: Name,
    /// Time zone in which its members read dates.
    pub zone: Zone,
    /// Language of its pages and emails.
    pub language: Language,
}

impl Org {
    /// Changes the settings, under the same condition as a change of the team.
    ///
    /// # Errors
    /// [`TeamError::NoAccess`].
    pub fn change_settings(
        &mut self,
        _: &Admin,
        settings: Settings,
        now: Timestamp,
    ) -> Result<(), TeamError> {
        self.may_change_team(now)?;
        let Settings { name, zone, language } = settings;
        (self.name, self.zone, self.language) = (name, zone, language);
        Ok(())
    }
}
