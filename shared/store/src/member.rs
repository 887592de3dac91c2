//! Memberships: loads them, writes changed roles, and removes members.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    id::{OrgId, UserId},
    org::Org,
    people::{MemberDetails, Membership, MembershipChange, MembershipChangeKind, User},
};
use jiff::Timestamp;

use crate::{
    attributes::Attributes,
    client::{Store, Stored},
    error::{Corrupt, Error},
    keys::{Key, MEMBER},
    org::OrgWrite,
    schema::{
        member::{decode, encode},
        user,
    },
    update::{Change, Only, change, delete},
};

/// Number of members of a page: as many as one batch read loads.
const MEMBERS_PER_PAGE: i32 = 100;

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

    /// Loads a page of members with their users, in the order of the user ids, after the user `after`.
    /// Returns the last user of the page if more may follow.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_member_page(
        &self,
        org: OrgId,
        after: Option<UserId>,
    ) -> Result<(Vec<(User, Membership)>, Option<UserId>), Error> {
        let (items, has_more) = self
            .query_page(Key::org(org).pk, MEMBER, after.map(|user| Key::member(org, user)), MEMBERS_PER_PAGE)
            .await?;
        let members: Vec<_> = items.into_iter().map(decode).collect::<Result<_, _>>()?;
        let last = members.last().map(|member| member.user).filter(|_| has_more);
        let keys: Vec<Key> = members.iter().map(|member| Key::user(member.user)).collect();
        let users = self.get_each(&keys).await?.into_iter();
        let people = users.zip(members).filter_map(|(user, member)| Some((user?, member)));
        let people = people.map(|(item, member)| Ok((user::decode(item)?.value, member)));
        Ok((people.collect::<Result<_, Corrupt>>()?, last))
    }

    /// Counts the members if the plan limits their number. Without a limit, reads nothing and
    /// returns 0, because the domain then ignores the number.
    ///
    /// The members are read after `org`, and every change of the members changes the version of the
    /// organization's item. So if a member joined after `org` was read, the conditional write
    /// fails, and the caller counts again.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn count_members(&self, org: &Org, now: Timestamp) -> Result<usize, Error> {
        match org.seats(now) {
            Some(_) => Ok(self.load_members(org.id).await?.len()),
            None => Ok(0),
        }
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

    /// Loads users, each with the membership in `org` if there is one. Skips users that do not exist.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_people(
        &self,
        org: OrgId,
        users: &[UserId],
    ) -> Result<Vec<(User, Option<Membership>)>, Error> {
        let keys: Vec<Key> =
            users.iter().flat_map(|user| [Key::user(*user), Key::member(org, *user)]).collect();
        let mut items = self.get_each(&keys).await?.into_iter();
        let mut people = Vec::new();
        while let (Some(user), Some(member)) = (items.next(), items.next()) {
            let Some(user) = user else { continue };
            people.push((user::decode(user)?.value, member.map(decode).transpose()?));
        }
        Ok(people)
    }

    /// Writes a membership with a changed role, and the changed organization. `user` is the member.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the organization or its members changed; [`Error::Unavailable`].
    pub async fn commit_role(
        &self,
        before: &Stored<Org>,
        after: &Org,
        (old, new): (&Membership, &Membership),
        user: &User,
        now: Timestamp,
    ) -> Result<(), Error> {
        let member = MemberDetails::of(user, new.role);
        let change_of_role = MembershipChange { kind: MembershipChangeKind::RoleChanged, member };
        let Some(update) = self.member_change(old, new)? else { return Ok(()) };
        let org = self.org_write(before, after, OrgWrite::of_member(now, &change_of_role))?;
        self.commit(vec![org, update]).await
    }

    /// Builds the action that writes a changed membership, or `None` if nothing changed.
    pub(crate) fn member_change(
        &self,
        old: &Membership,
        new: &Membership,
    ) -> Result<Option<TransactWriteItem>, Error> {
        let difference = Change::between(&Attributes::new(), encode(old)?, encode(new)?);
        let key = Key::member(new.org, new.user);
        difference.map(|it| change(&self.table, &key, it, Only::Exists)).transpose()
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
        now: Timestamp,
    ) -> Result<(), Error> {
        let member = MemberDetails::of(&user.0.value, removed.role);
        let removal = MembershipChange { kind: MembershipChangeKind::Removed, member };
        let mut actions = vec![
            self.org_write(before, after, OrgWrite::of_member(now, &removal))?,
            delete(&self.table, &Key::member(removed.org, removed.user), Some(Only::Exists))?,
        ];
        actions.extend(self.user_change(user.0, user.1)?);
        self.commit(actions).await
    }
}
