//! The attribute `change`: what the last write says about itself.
//!
//! An earlier version of the code does not write the attribute. So it is valid only if it has the
//! version of the item.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::people::{Address, MemberDetails, MembershipChange, MembershipChangeKind, Name, Role};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::Attributes,
    error::Corrupt,
    schema::{read, read_external_id},
};

/// Name of the attribute.
pub(crate) const CHANGE: &str = "change";

/// What a write of an organization says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChangeItem {
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    membership: Option<MembershipItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct MembershipItem {
    kind: String,
    user: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    address: String,
    verified: bool,
    name: String,
    role: String,
}

impl ChangeItem {
    /// Returns what the write of `version` says. `at` is missing only in a value that is compared and
    /// never stored.
    pub fn new(
        version: u64,
        members: Option<u32>,
        at: Option<Timestamp>,
        membership: Option<&MembershipChange>,
    ) -> Self {
        Self { version, at: at.map(At), members, membership: membership.map(MembershipItem::from) }
    }

    /// Returns what the last write says. Returns `None` if an earlier version of the code wrote the
    /// item last.
    pub fn of(item: &Attributes, version: u64) -> Option<Self> {
        let change: Self = serde_dynamo::from_attribute_value(item.get(CHANGE)?.clone()).ok()?;
        (change.version == version).then_some(change)
    }

    pub fn to_value(&self) -> Result<AttributeValue, Corrupt> {
        serde_dynamo::to_attribute_value(self).map_err(Corrupt::because)
    }

    pub fn at(&self) -> Option<Timestamp> {
        self.at.map(|at| at.0)
    }

    pub fn membership(&self) -> Result<Option<MembershipChange>, Corrupt> {
        self.membership.clone().map(MembershipChange::try_from).transpose()
    }
}

impl From<&MembershipChange> for MembershipItem {
    fn from(MembershipChange { kind, member }: &MembershipChange) -> Self {
        Self {
            kind: kind.as_str().to_owned(),
            user: member.user.to_string(),
            external_id: member.external_id.as_ref().map(ToString::to_string),
            address: member.address.as_str().to_owned(),
            verified: member.verified,
            name: member.name.to_string(),
            role: member.role.as_str().to_owned(),
        }
    }
}

impl TryFrom<MembershipItem> for MembershipChange {
    type Error = Corrupt;

    fn try_from(item: MembershipItem) -> Result<Self, Corrupt> {
        let member = MemberDetails {
            user: read("user of a changed membership", &item.user)?,
            external_id: read_external_id(item.external_id)?,
            address: Address::from_stored(item.address),
            verified: item.verified,
            name: Name::from_stored(item.name),
            role: Role::parse(&item.role).ok_or_else(|| Corrupt::because("role of a changed membership"))?,
        };
        let kind = MembershipChangeKind::parse(&item.kind);
        let kind = kind.ok_or_else(|| Corrupt::because("kind of a changed membership"))?;
        Ok(Self { kind, member })
    }
}
