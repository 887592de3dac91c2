//! Selection of an organization's checklist definition and of its tasks.

use jiff::Timestamp;

use crate::{
    definition::{self, Definition},
    plan::Plan,
};

/// Values that select the definition and the tasks of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Onboarding {
    /// Key of the checklist definition. It stays even if the current build has no such definition.
    pub definition: Option<String>,
    /// Industry chosen at sign-up.
    pub industry: Option<String>,
    /// Plan of the best subscription. If its price is not a configured one, the last known plan
    /// stays.
    pub plan: Option<Plan>,
    /// When an admin last confirmed the message that celebrates the complete checklist.
    pub seen_at: Option<Timestamp>,
}

impl Onboarding {
    /// Returns the definition of the organization, or the built-in one if the build does not
    /// contain it.
    #[must_use]
    pub fn definition(&self) -> &'static Definition {
        self.definition.as_deref().and_then(definition::find).unwrap_or(&definition::BUILT_IN)
    }
}
