//! Stored form of an admin, with the state of their address.

use domain::{
    org::{AdminContact, Reminders, SuppressionReason, Undeliverable},
    people::{Address, Name},
};
use serde::{Deserialize, Serialize};

use crate::{at::At, error::Corrupt, schema::read};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AdminItem {
    user: String,
    name: String,
    address: String,
    /// Present for an admin who unsubscribed from reminders.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    no_reminders: bool,
    /// Present for an admin whose address is undeliverable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unreachable: Option<UnreachableItem>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UnreachableItem {
    since: At,
    why: SuppressionItem,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SuppressionItem {
    Bounced,
    Complained,
}

impl From<&AdminContact> for AdminItem {
    fn from(admin: &AdminContact) -> Self {
        Self {
            user: admin.user.to_string(),
            name: admin.name.to_string(),
            address: admin.address.as_str().to_owned(),
            no_reminders: admin.reminders == Reminders::Unwanted,
            unreachable: admin.unreachable.as_ref().map(UnreachableItem::from),
        }
    }
}

impl TryFrom<AdminItem> for AdminContact {
    type Error = Corrupt;

    fn try_from(item: AdminItem) -> Result<Self, Corrupt> {
        Ok(Self {
            user: read("admin's user id", &item.user)?,
            name: Name::from_stored(item.name),
            address: Address::from_stored(item.address),
            reminders: if item.no_reminders { Reminders::Unwanted } else { Reminders::Wanted },
            unreachable: item.unreachable.map(Undeliverable::from),
        })
    }
}

impl From<&Undeliverable> for UnreachableItem {
    fn from(unreachable: &Undeliverable) -> Self {
        let why = match unreachable.why {
            SuppressionReason::Bounced => SuppressionItem::Bounced,
            SuppressionReason::Complained => SuppressionItem::Complained,
        };
        Self { since: At(unreachable.since), why }
    }
}

impl From<UnreachableItem> for Undeliverable {
    fn from(item: UnreachableItem) -> Self {
        let why = match item.why {
            SuppressionItem::Bounced => SuppressionReason::Bounced,
            SuppressionItem::Complained => SuppressionReason::Complained,
        };
        Self { since: item.since.0, why }
    }
}
