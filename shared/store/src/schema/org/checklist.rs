//! Stored forms of the checklist, and of the onboarding: which checklist definition an organization
//! has.
//!
//! The onboarding is a separate attribute beside the checklist. A version of the code that does not
//! understand this attribute can write the checklist, and keeps the attribute unchanged.

use std::collections::BTreeMap;

use domain::{
    billing::Plan,
    checklist::{Checklist, Completion, Onboarding, Source},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{at::At, error::Corrupt};

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ChecklistItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dismissed_at: Option<At>,
    #[serde(rename = "ticks")]
    completions: BTreeMap<String, CompletionItem>,
    skipped: BTreeMap<String, At>,
}

#[derive(Debug, Serialize, Deserialize)]
struct CompletionItem {
    at: At,
    source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

impl From<&Checklist> for ChecklistItem {
    fn from(list: &Checklist) -> Self {
        let to_item = |it: &Completion| CompletionItem {
            at: At(it.at),
            source: it.source.as_str().to_owned(),
            by: it.by.clone(),
        };
        Self {
            created_at: list.created_at.map(At),
            updated_at: list.updated_at.map(At),
            completed_at: list.completed_at.map(At),
            dismissed_at: list.dismissed_at.map(At),
            completions: list.completions.iter().map(|(key, it)| (key.clone(), to_item(it))).collect(),
            skipped: list.skipped.iter().map(|(key, at)| (key.clone(), At(*at))).collect(),
        }
    }
}

impl TryFrom<ChecklistItem> for Checklist {
    type Error = Corrupt;

    fn try_from(item: ChecklistItem) -> Result<Self, Corrupt> {
        let time = |at: Option<At>| -> Option<Timestamp> { at.map(|at| at.0) };
        let completion = |it: CompletionItem| {
            let source =
                Source::parse(&it.source).ok_or_else(|| Corrupt::because("source of a completion"))?;
            Ok::<_, Corrupt>(Completion { at: it.at.0, source, by: it.by })
        };
        Ok(Self {
            created_at: time(item.created_at),
            updated_at: time(item.updated_at),
            completed_at: time(item.completed_at),
            dismissed_at: time(item.dismissed_at),
            completions: item
                .completions
                .into_iter()
                .map(|(key, it)| Ok((key, completion(it)?)))
                .collect::<Result<_, Corrupt>>()?,
            skipped: item.skipped.into_iter().map(|(key, at)| (key, at.0)).collect(),
        })
    }
}

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
