//! Stored form of the onboarding: which checklist definition an organization has.
//!
//! The form is a separate attribute beside the checklist. A version of the code that does not
//! understand this attribute can write the checklist, and keeps the attribute unchanged.

use domain::{billing::Plan, checklist::Onboarding};
use serde::{Deserialize, Serialize};

use crate::at::At;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OnboardingItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    industry: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_at: Option<At>,
}

impl OnboardingItem {
    /// Returns whether the attribute can be omitted.
    pub(crate) fn is_empty(&self) -> bool {
        self.definition.is_none() && self.industry.is_none() && self.plan.is_none() && self.seen_at.is_none()
    }
}

impl From<&Onboarding> for OnboardingItem {
    fn from(onboarding: &Onboarding) -> Self {
        Self {
            definition: onboarding.definition.clone(),
            industry: onboarding.industry.clone(),
            plan: onboarding.plan.map(|plan| plan.as_str().to_owned()),
            seen_at: onboarding.seen_at.map(At),
        }
    }
}

impl From<OnboardingItem> for Onboarding {
    fn from(item: OnboardingItem) -> Self {
        Self {
            definition: item.definition,
            industry: item.industry,
            // If a later version of the code stored a plan that this version does not have, the
            // plan becomes `None`.
            plan: item.plan.as_deref().and_then(Plan::parse),
            seen_at: item.seen_at.map(|at| at.0),
        }
    }
}
