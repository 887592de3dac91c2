//! Stored form of the trial, with its extensions.

use domain::{
    people::{Name, Reason},
    trial::{Days, Extension, Trial},
};
use serde::{Deserialize, Serialize};

use crate::{at::At, error::Corrupt, schema::read};

/// The stored operator of an extension by the host app's server. Earlier versions of the code require
/// the id of a user, so it has this form.
const HOST_APP: &str = "usr_00000000-0000-0000-0000-000000000000";

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TrialItem {
    started_at: At,
    ends_at: At,
    reminder_days: Vec<u16>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    extensions: Vec<ExtensionItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ExtensionItem {
    at: At,
    by: String,
    name: String,
    days: u16,
    reason: String,
    ends_at: At,
    request: String,
}

impl From<&Trial> for TrialItem {
    fn from(trial: &Trial) -> Self {
        Self {
            started_at: At(trial.started_at),
            ends_at: At(trial.ends_at),
            reminder_days: trial.reminder_days.clone(),
            extensions: trial.extensions.iter().map(ExtensionItem::from).collect(),
        }
    }
}

impl TryFrom<TrialItem> for Trial {
    type Error = Corrupt;

    fn try_from(item: TrialItem) -> Result<Self, Corrupt> {
        Ok(Self {
            started_at: item.started_at.0,
            ends_at: item.ends_at.0,
            reminder_days: item.reminder_days,
            extensions: item.extensions.into_iter().map(Extension::try_from).collect::<Result<_, _>>()?,
        })
    }
}

impl From<&Extension> for ExtensionItem {
    fn from(extension: &Extension) -> Self {
        Self {
            at: At(extension.at),
            by: extension.by.map_or_else(|| HOST_APP.to_owned(), |user| user.to_string()),
            name: extension.name.to_string(),
            days: extension.days.get(),
            reason: extension.reason.to_string(),
            ends_at: At(extension.ends_at),
            request: extension.request.to_string(),
        }
    }
}

impl TryFrom<ExtensionItem> for Extension {
    type Error = Corrupt;

    fn try_from(item: ExtensionItem) -> Result<Self, Corrupt> {
        Ok(Self {
            at: item.at.0,
            by: match item.by.as_str() {
                HOST_APP => None,
                user => Some(read("operator of an extension", user)?),
            },
            name: Name::from_stored(item.name),
            days: Days::from_stored(item.days),
            reason: Reason::from_stored(item.reason),
            ends_at: item.ends_at.0,
            request: item.request.parse().map_err(|()| Corrupt::because("request of an extension"))?,
        })
    }
}
