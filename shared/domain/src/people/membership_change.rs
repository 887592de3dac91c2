//! A change of one membership, as events report it.

use super::{Address, Name, Role, User};
use crate::id::{ExternalId, UserId};

/// A change of one membership of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipChange {
    /// What happened to the membership.
    pub kind: MembershipChangeKind,
    /// The member after the change; a removed member as they were before.
    pub member: MemberDetails,
}

/// Kind of a [`MembershipChange`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MembershipChangeKind {
    /// The person became a member.
    Joined,
    /// The member left or was removed.
    Removed,
    /// The role of the member changed.
    RoleChanged,
}

/// A member with the values of their user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberDetails {
    /// Id of the user.
    pub user: UserId,
    /// The host app's id of the user.
    pub external_id: Option<ExternalId>,
    /// Email address of the user.
    pub address: Address,
    /// Whether the address is verified.
    pub verified: bool,
    /// Name of the user.
    pub name: Name,
    /// Role in the organization.
    pub role: Role,
}

impl MembershipChangeKind {
    /// Returns the value in stored items.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Removed => "removed",
            Self::RoleChanged => "role_changed",
        }
    }

    /// Parses a value of [`Self::as_str`].
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        [Self::Joined, Self::Removed, Self::RoleChanged].into_iter().find(|it| it.as_str() == value)
    }
}

impl MemberDetails {
    /// Returns the details of a user with a role.
    #[must_use]
    pub fn of(user: &User, role: Role) -> Self {
        Self {
            user: user.id,
            external_id: user.external_id.clone(),
            address: user.address.clone(),
            verified: user.verified,
            name: user.name.clone(),
            role,
        }
    }
}
