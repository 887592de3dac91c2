//! The settings of an organization, which its admins change.

use jiff::Timestamp;

use super::{Language, Org};
use crate::{
    people::{Admin, Name, TeamError},
    time::Zone,
};

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
