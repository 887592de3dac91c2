//! Stored forms of a user, and of the item that maps an address to its user.

use std::collections::BTreeMap;

use domain::{
    people::{Address, HiddenBanner, Joins, Name, Preferences, User},
    trial::UrgencyStep,
};
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::Attributes,
    client::Stored,
    error::Corrupt,
    keys::Key,
    schema::{from_versioned_item, read, read_external_id, to_versioned_item},
};

#[derive(Debug, Serialize, Deserialize)]
struct UserItem {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
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
    /// Only stored while the user has collapsed the widget.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    widget_collapsed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hidden_banner: Option<HiddenBannerItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct HiddenBannerItem {
    org: String,
    trial_ends_at: At,
    step: String,
}

impl From<HiddenBanner> for HiddenBannerItem {
    fn from(HiddenBanner { org, trial_ends_at, step }: HiddenBanner) -> Self {
        Self { org: org.to_string(), trial_ends_at: At(trial_ends_at), step: step.as_str().to_owned() }
    }
}

impl TryFrom<HiddenBannerItem> for HiddenBanner {
    type Error = Corrupt;

    fn try_from(item: HiddenBannerItem) -> Result<Self, Corrupt> {
        Ok(Self {
            org: read("organization of a hidden banner", &item.org)?,
            trial_ends_at: item.trial_ends_at.0,
            step: UrgencyStep::parse(&item.step)
                .ok_or_else(|| Corrupt::because("step of a hidden banner"))?,
        })
    }
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
        external_id: user.external_id.as_ref().map(ToString::to_string),
        name: user.name.to_string(),
        address: user.address.as_str().to_owned(),
        verified: user.verified,
        epoch: user.epoch,
        trial_used: user.trial_used,
        orgs: user.orgs.iter().map(ToString::to_string).collect(),
        joins: (user.joins.count > 0).then(|| JoinsItem::from(&user.joins)),
        widget_collapsed: user.preferences.widget_collapsed,
        hidden_banner: user.preferences.hidden_banner.map(HiddenBannerItem::from),
    };
    to_versioned_item(&Key::user(user.id), &form, version)
}

/// Decodes a user with its version.
pub(crate) fn decode(item: Attributes) -> Result<Stored<User>, Corrupt> {
    from_versioned_item(item, |form: UserItem| {
        Ok(User {
            id: read("user id", &form.id)?,
            external_id: read_external_id(form.external_id)?,
            name: Name::from_stored(form.name),
            address: Address::from_stored(form.address),
            verified: form.verified,
            epoch: form.epoch,
            trial_used: form.trial_used,
            orgs: form.orgs.iter().map(|org| read("user's organization", org)).collect::<Result<_, _>>()?,
            joins: form.joins.map(Joins::try_from).transpose()?.unwrap_or_default(),
            preferences: Preferences {
                widget_collapsed: form.widget_collapsed,
                hidden_banner: form.hidden_banner.map(HiddenBanner::try_from).transpose()?,
            },
        })
    })
}

/// The item under the hash of an email address. It contains the ID of the user with this address.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AddressItem {
    pub user: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jo() -> User {
        let id = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        User::new(id, Name::parse("Jo").unwrap(), Address::parse("jo@example.com").unwrap())
    }

    #[test]
    fn preferences_are_stored_only_if_they_differ_from_the_default() {
        let plain = encode(&jo(), 1).unwrap();
        assert!(["widget_collapsed", "hidden_banner"].iter().all(|name| !plain.contains_key(*name)));
        let mut user = jo();
        user.preferences = Preferences {
            widget_collapsed: true,
            hidden_banner: Some(HiddenBanner {
                org: "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap(),
                trial_ends_at: "2025-01-22T10:00:00Z".parse().unwrap(),
                step: UrgencyStep::LastDay,
            }),
        };
        assert_eq!(decode(encode(&user, 1).unwrap()).unwrap().value, user);
    }
}
