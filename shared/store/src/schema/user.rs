//! Stored forms of a user, and of the item that maps an address to its user.

use std::collections::BTreeMap;

use domain::people::{Address, Joins, Name, User};
use serde::{Deserialize, Serialize};

use crate::{
    attributes::Attributes,
    client::Stored,
    error::Corrupt,
    keys::Key,
    schema::{from_versioned_item, read, to_versioned_item},
};

#[derive(Debug, Serialize, Deserialize)]
struct UserItem {
    id: String,
    name: String,
    address: String,
    #[serde(default)]
    verified: bool,
    #[serde(default)]
    epoch: u64,
    #[serde(default)]
    trial_used: bool,
    #[serde(default)]
    orgs: Vec<String>,
    /// Missing in items that an earlier version of the code wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    joins: Option<JoinsItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct JoinsItem {
    count: u64,
    by_org: BTreeMap<String, u64>,
}

impl From<&Joins> for JoinsItem {
    fn from(joins: &Joins) -> Self {
        let by_org = joins.by_org.iter().map(|(org, join)| (org.to_string(), *join)).collect();
        Self { count: joins.count, by_org }
    }
}

impl TryFrom<JoinsItem> for Joins {
    type Error = Corrupt;

    fn try_from(item: JoinsItem) -> Result<Self, Corrupt> {
        let by_org = item.by_org.iter().map(|(org, join)| Ok((read("organization of a join", org)?, *join)));
        Ok(Self { count: item.count, by_org: by_org.collect::<Result<_, Corrupt>>()? })
    }
}

/// Builds the item of a user at a version.
pub(crate) fn encode(user: &User, version: u64) -> Result<Attributes, Corrupt> {
    let form = UserItem {
        id: user.id.to_string(),
        name: user.name.to_string(),
        address: user.address.as_str().to_owned(),
        verified: user.verified,
        epoch: user.epoch,
        trial_used: user.trial_used,
        orgs: user.orgs.iter().map(ToString::to_string).collect(),
        joins: (user.joins.count > 0).then(|| JoinsItem::from(&user.joins)),
    };
    to_versioned_item(&Key::user(user.id), &form, version)
}

/// Decodes a user with its version.
pub(crate) fn decode(item: Attributes) -> Result<Stored<User>, Corrupt> {
    from_versioned_item(item, |form: UserItem| {
        Ok(User {
            id: read("user id", &form.id)?,
            name: Name::from_stored(form.name),
            address: Address::from_stored(form.address),
            verified: form.verified,
            epoch: form.epoch,
            trial_used: form.trial_used,
            orgs: form.orgs.iter().map(|org| read("user's organization", org)).collect::<Result<_, _>>()?,
            joins: form.joins.map(Joins::try_from).transpose()?.unwrap_or_default(),
        })
    })
}

/// The item under the hash of an email address. It contains the ID of the user with this address.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AddressItem {
    pub user: String,
}
