//! Which checklist an organization has, and what decides what is on it.

use jiff::Timestamp;

use crate::{
    definition::{self, Definition},
    plan::Plan,
};

/// What shapes an organization's onboarding, apart from what is done of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Onboarding {
    /// The key of its checklist's definition. Kept as it was chosen, also while no such definition is built in.
    pub definition: Option<String>,
    /// What it does, as its founder said.
    pub industry: Option<String>,
    /// The plan of its best subscription, since a price of ours was last seen on one.
    pub plan: Option<Plan>,
    /// When an admin last took note that everything is done.
    pub seen_at: Option<Timestamp>,
}

impl Onboarding {
    /// The checklist's definition: the one that was chosen, or the built-in one while that is not there.
    #[must_use]
    pub fn definition(&self) -> &'static Definition {
        self.definition.as_deref().and_then(definition::find).unwrap_or(&definition::BUILT_IN)
    }
}
