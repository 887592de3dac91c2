//! A member with the items that contain a copy of their name and address.
//!
//! The user's item has the name and the address. The membership has a copy for the list of members.
//! For an admin, the organization's item has another one for emails.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    id::{OrgId, UserId},
    org::Org,
    people::{Membership, User},
};
use jiff::Timestamp;

use crate::{
    attributes::{number, values},
    client::{Store, Stored},
    error::Error,
    keys::Key,
    org::OrgWrite,
    schema::{member, org, user},
    update::check,
};

/// A member of an organization, from one consistent read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The user of the membership.
    pub user: Stored<User>,
    /// The membership in the organization.
    pub membership: Membership,
    /// The organization of the membership.
    pub org: Stored<Org>,
}

/// The user, the membership, and the organization after a change of the name or the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedProfile {
    /// The user after the change.
    pub user: User,
    /// The membership after the change.
    pub membership: Membership,
    /// The organization after the change.
    pub org: Org,
}

impl Profile {
    /// Returns the values before the change, for the caller to change.
    #[must_use]
    pub fn to_changed(&self) -> ChangedProfile {
        ChangedProfile {
            user: self.user.value.clone(),
            membership: self.membership.clone(),
            org: self.org.value.clone(),
        }
    }
}

impl Store {
    /// Loads a member. Returns `None` if the user, the membership, or the organization does not
    /// exist.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_profile(&self, org: OrgId, user: UserId) -> Result<Option<Profile>, Error> {
        let keys = [Key::user(user), Key::member(org, user), Key::org(org)];
        let [Some(user), Some(membership), Some(org)] = self.get_all(&keys).await? else { return Ok(None) };
        let (user, membership) = (user::decode(user)?, member::decode(membership)?);
        Ok(Some(Profile { user, membership, org: org::decode(org)? }))
    }

    /// Writes a changed member in one transaction. Writes nothing if nothing changed.
    ///
    /// # Errors
    /// [`Error::Conflict`] if another write changed the user, the membership, or the organization;
    /// [`Error::Unavailable`].
    pub async fn commit_profile(
        &self,
        before: &Profile,
        after: &ChangedProfile,
        now: Timestamp,
    ) -> Result<(), Error> {
        if *after == before.to_changed() {
            return Ok(());
        }
        let actions = self.profile_actions(before, after, now)?;
        self.commit(actions).await
    }

    /// Builds the actions that write a changed member: the user, the membership, and the
    /// organization.
    ///
    /// The version of each item is checked even if the item does not change. So two changes at the
    /// same time never leave a copy of an old value. A membership has no version. Each change of it
    /// raises the version of the organization.
    pub(crate) fn profile_actions(
        &self,
        before: &Profile,
        after: &ChangedProfile,
        now: Timestamp,
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let user = match self.user_change(&before.user, &after.user)? {
            Some(change) => change,
            None => {
                let version = values([(":version", number(before.user.version))]);
                check(&self.table, &Key::user(after.user.id), "version = :version", version)?
            }
        };
        let mut actions = vec![user, self.org_write(&before.org, &after.org, OrgWrite::at(now))?];
        actions.extend(self.member_change(&before.membership, &after.membership)?);
        Ok(actions)
    }
}
