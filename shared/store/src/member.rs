//! Memberships: loads them, writes changed roles, and removes members.

use domain::{
    id::{OrgId, UserId},
    org::{Org, Reminders, Undeliverable},
    people::{Address, Membership, Name, Role, User},
};
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::Attributes,
    client::{Store, Stored, Transacted},
    error::{Corrupt, Error},
    keys::{Key, MEMBER},
    schema::{UnreachableItem, from_item, read, to_item},
    update::{Change, Only, change, delete},
    user,
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

impl Store {
    /// Loads the members of an organization, earliest member first.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_members(&self, org: OrgId) -> Result<Vec<Membership>, Error> {
        let items = self.query(Key::org(org).pk, MEMBER).await?;
        let mut members: Vec<_> = items.into_iter().map(decode).collect::<Result<_, _>>()?;
        members.sort_by_key(|member| (member.since, member.user));
        Ok(members)
    }

    /// Loads a membership with its user. Returns `None` if either does not exist.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_member(
        &self,
        org: OrgId,
        user: UserId,
    ) -> Result<Option<(Membership, Stored<User>)>, Error> {
        let [member, user] = self.get_all(&[Key::member(org, user), Key::user(user)]).await?;
        let (Some(member), Some(user)) = (member, user) else { return Ok(None) };
        Ok(Some((decode(member)?, user::decode(user)?)))
    }

    /// Writes a membership with a changed role, and the changed organization.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the organization or its members changed; [`Error::Unavailable`].
    pub async fn commit_role(
        &self,
        before: &Stored<Org>,
        after: &Org,
        old: &Membership,
        new: &Membership,
    ) -> Result<(), Error> {
        let old = encode(old)?;
        let Some(difference) = Change::between(&old, &old, &encode(new)?) else { return Ok(()) };
        let actions = vec![
            self.org_write(before, after)?,
            change(&self.table, &Key::member(new.org, new.user), difference, Only::Exists)?,
        ];
        self.write_team(actions).await
    }

    /// Writes that a member left or was removed. Deletes the membership, and writes the
    /// organization without the member and the user without the organization. After that, the
    /// user's sessions in this organization are invalid.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the user, the organization, or its members changed;
    /// [`Error::Unavailable`].
    pub async fn commit_removal(
        &self,
        before: &Stored<Org>,
        after: &Org,
        removed: &Membership,
        user: (&Stored<User>, &User),
    ) -> Result<(), Error> {
        let mut actions = vec![
            self.org_write(before, after)?,
            delete(&self.table, &Key::member(removed.org, removed.user), Some(Only::Exists))?,
        ];
        actions.extend(self.user_change(user.0, user.1)?);
        self.write_team(actions).await
    }

    async fn write_team(
        &self,
        actions: Vec<aws_sdk_dynamodb::types::TransactWriteItem>,
    ) -> Result<(), Error> {
        match self.transact(actions).await? {
            Transacted::Done => Ok(()),
            Transacted::Cancelled(_) => Err(Error::Conflict),
        }
    }
}
