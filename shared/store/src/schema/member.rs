//! Stored form of a membership.

use domain::{
    org::{Reminders, Undeliverable},
    people::{Address, Membership, Name, Role},
};
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::Attributes,
    error::Corrupt,
    keys::{Key, MEMBER},
    schema::{admin::UnreachableItem, from_item, read, to_item},
};

#[derive(Debug, Serialize, Deserialize)]
struct MemberItem {
    role: String,
    name: String,
    address: String,
    since: At,
    /// Present for an admin, or a former admin, who unsubscribed from reminders.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    no_reminders: bool,
    /// Present for an admin, or a former admin, whose address is undeliverable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unreachable: Option<UnreachableItem>,
}

pub(crate) fn encode(member: &Membership) -> Result<Attributes, Corrupt> {
    to_item(
        &Key::member(member.org, member.user),
        &MemberItem {
            role: member.role.as_str().to_owned(),
            name: member.name.to_string(),
            address: member.address.as_str().to_owned(),
            since: At(member.since),
            no_reminders: member.reminders == Reminders::Unwanted,
            unreachable: member.unreachable.as_ref().map(UnreachableItem::from),
        },
    )
}

pub(crate) fn decode(item: Attributes) -> Result<Membership, Corrupt> {
    let key = Key::of(&item).ok_or_else(|| Corrupt::because("key of a member"))?;
    let item: MemberItem = from_item(item)?;
    Ok(Membership {
        org: read("organization of a member", key.pk.strip_prefix("ORG#").unwrap_or_default())?,
        user: read("user of a member", key.sk.strip_prefix(MEMBER).unwrap_or_default())?,
        name: Name::from_stored(item.name),
        address: Address::from_stored(item.address),
        role: Role::parse(&item.role).ok_or_else(|| Corrupt::because("role of a member"))?,
        since: item.since.0,
        reminders: if item.no_reminders { Reminders::Unwanted } else { Reminders::Wanted },
        unreachable: item.unreachable.map(Undeliverable::from),
    })
}
