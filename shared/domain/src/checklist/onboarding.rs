//! Selection of an organization's checklist definition and of its tasks.

use jiff::Timestamp;

use super::{BUILT_IN, Definition};
use crate::billing::Plan;

/// Values that select the definition and the tasks of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Onboarding {
    /// Key of the checklist definition. The key stays stored even if the current build contains no
    /// such definition.
    pub definition: Option<String>,
    /// Industry chosen at sign-up.
    pub industry: Option<String>,
    /// Plan of the best subscription. If the price of that subscription belongs to no configured
    /// plan, the last known plan stays.
    pub plan: Option<Plan>,
    /// When an admin last confirmed the message that celebrates the complete checklist.
    pub seen_at: Option<Timestamp>,
}

impl Onboarding {
    /// Returns the definition of the organization. Returns the built-in definition if no key is
    /// stored, or if the build contains no definition with the stored key.
    #[must_use]
    pub fn definition(&self) -> &'static Definition {
        self.definition.as_deref().and_then(Definition::find).unwrap_or(&BUILT_IN)
    }
}
