//! A user's membership in an organization.

use jiff::Timestamp;

use super::{Address, Name, User};
use crate::{
    id::{OrgId, UserId},
    org::{Reminders, Undeliverable},
};

/// A user's membership in an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Organization of the membership.
    pub org: OrgId,
    /// Id of the member.
    pub user: UserId,
    /// Name of the member.
    pub name: Name,
    /// Email address of the member.
    pub address: Address,
    /// Role in the organization.
    pub role: Role,
    /// Time at which the membership began.
    pub since: Timestamp,
    /// The reminder choice of a former admin, kept in case they become an admin again. While the
    /// member is an admin, the organization's item stores the choice, and this value is not used.
    pub reminders: Reminders,
    /// The suppression of notices to a former admin, kept for the same reason as `reminders`.
    pub unreachable: Option<Undeliverable>,
}

impl Membership {
    /// Returns a new membership that begins at `now`.
    #[must_use]
    pub fn new(org: OrgId, user: &User, role: Role, now: Timestamp) -> Self {
        Self {
            org,
            user: user.id,
            name: user.name.clone(),
            address: user.address.clone(),
            role,
            since: now,
            reminders: Reminders::default(),
            unreachable: None,
        }
    }
}

/// Role of a member in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sees the checklist, manages members, and pays.
    Admin,
    /// Works in the organization, without the checklist.
    Member,
}

impl Role {
    /// Returns the value in stored items.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// Parses a value of [`Self::as_str`].
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        [Self::Admin, Self::Member].into_iter().find(|it| it.as_str() == value)
    }
}
