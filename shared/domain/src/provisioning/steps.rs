//! The configured steps of a deployment.

use super::{
    StepDefinition,
    definition::{BUILT_IN_STEPS, WAITS_FOR_VERIFICATION},
};
use crate::{id::ProjectId, org::Setup};

/// Maximum number of steps in a run.
pub const MAX_STEPS: usize = 10;

/// The steps of a deployment, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps(Vec<StepDefinition>);

impl Steps {
    /// Parses a comma-separated list of keys. The empty text means no steps. Returns `None` for an
    /// unknown or repeated key, and for more than [`MAX_STEPS`] keys.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
        let mut steps: Vec<StepDefinition> = Vec::new();
        for key in keys {
            let step = BUILT_IN_STEPS.iter().find(|step| step.key == key)?.definition()?;
            if steps.iter().any(|earlier| earlier.key == step.key) || steps.len() == MAX_STEPS {
                return None;
            }
            steps.push(step);
        }
        Some(Self(steps))
    }

    /// Returns whether the host may report the result of one of the steps later.
    #[must_use]
    pub fn need_callback(&self) -> bool {
        self.0.iter().any(|step| step.is_async)
    }

    /// Returns what the provisioning of an organization with this default project uses.
    #[must_use]
    pub fn setup(&self, project: ProjectId) -> Setup {
        let steps = self.0.clone();
        Setup { project, steps, asks_for_verification: true, waits_for_verification: false }
    }

    /// Returns what the provisioning of a new organization uses, whose founder has a verified address
    /// or not.
    #[must_use]
    pub fn founding(&self, project: ProjectId, is_verified: bool) -> Setup {
        Setup {
            asks_for_verification: !is_verified,
            waits_for_verification: !is_verified && WAITS_FOR_VERIFICATION,
            ..self.setup(project)
        }
    }
}
