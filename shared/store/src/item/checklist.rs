//! The checklist, as stored.

use std::collections::BTreeMap;

use domain::checklist::{Checklist, Completion, Source};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::At;
use crate::error::Corrupt;

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
    ticks: BTreeMap<String, TickItem>,
    skipped: BTreeMap<String, At>,
}

#[derive(Debug, Serialize, Deserialize)]
struct TickItem {
    at: At,
    source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

impl From<&Checklist> for ChecklistItem {
    fn from(list: &Checklist) -> Self {
        let tick = |tick: &Completion| TickItem {
            at: At(tick.at),
            source: tick.source.as_str().to_owned(),
            by: tick.by.clone(),
        };
        Self {
            created_at: list.created_at.map(At),
            updated_at: list.updated_at.map(At),
            completed_at: list.completed_at.map(At),
            dismissed_at: list.dismissed_at.map(At),
            ticks: list.completions.iter().map(|(key, done)| (key.clone(), tick(done))).collect(),
            skipped: list.skipped.iter().map(|(key, at)| (key.clone(), At(*at))).collect(),
        }
    }
}

impl TryFrom<ChecklistItem> for Checklist {
    type Error = Corrupt;

    fn try_from(item: ChecklistItem) -> Result<Self, Corrupt> {
        let moment = |at: Option<At>| -> Option<Timestamp> { at.map(|at| at.0) };
        let tick = |tick: TickItem| {
            let source = Source::parse(&tick.source).ok_or_else(|| Corrupt::because("source of a tick"))?;
            Ok::<_, Corrupt>(Completion { at: tick.at.0, source, by: tick.by })
        };
        Ok(Self {
            created_at: moment(item.created_at),
            updated_at: moment(item.updated_at),
            completed_at: moment(item.completed_at),
            dismissed_at: moment(item.dismissed_at),
            completions: item
                .ticks
                .into_iter()
                .map(|(key, done)| Ok((key, tick(done)?)))
                .collect::<Result<_, Corrupt>>()?,
            skipped: item.skipped.into_iter().map(|(key, at)| (key, at.0)).collect(),
        })
    }
}
