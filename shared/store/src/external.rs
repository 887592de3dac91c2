//! Organizations and users by the ids of the host app, and the organizations that its server creates.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    billing::CustomerId,
    id::{ExternalId, OrgId, UserId},
    org::Org,
    people::{Address, MemberDetails, Membership, MembershipChange, MembershipChangeKind, Role, User},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    attributes::Attributes,
    client::{Store, Stored, Transacted},
    customer::CustomerLink,
    error::{Corrupt, Error, failed},
    keys::Key,
    org::OrgWrite,
    parked::Parked,
    schema::{from_item, member, org, read, to_item, user::AddressItem},
    update::{Only, change, delete, put},
    user::Person,
};

/// Maximum number of actions of a transaction (DynamoDB API reference, "TransactWriteItems").
const MAX_ACTIONS: usize = 100;

/// The item under the hash of an id of the host app.
#[derive(Debug, Serialize, Deserialize)]
struct ExternalItem {
    /// The id of Onramp.
    id: String,
}

/// Who and what already exists, as a request to create an organization names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The organization with this id of the host app.
    pub org: Option<OrgId>,
    /// The users that the request names.
    pub person: KnownPerson,
}

/// Who already exists, as a request names a person. Usually both are the same user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownPerson {
    /// The user with this id of the host app.
    pub user: Option<UserId>,
    /// The user with this address.
    pub address: Option<UserId>,
}

/// An organization that the host app's server creates, with its first admin.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The user who becomes its admin.
    pub person: Person,
    /// The organization. It has an id of the host app.
    pub org: Org,
    /// The Stripe customer that it is linked to.
    pub customer: Option<TenantCustomer>,
}

/// The Stripe customer of an organization that the host app imports.
#[derive(Clone, Debug)]
pub struct TenantCustomer {
    /// Id of the customer at Stripe.
    pub id: CustomerId,
    /// Its link, as it was loaded. It has no organization.
    pub link: CustomerLink,
    /// The parked events of the customer, whose facts the organization contains.
    pub released: Vec<Parked>,
}

impl Store {
    /// Loads what exists of the organization and the admin that a request names, in one read.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_known(
        &self,
        org: &ExternalId,
        user: Option<&ExternalId>,
        address: &Address,
    ) -> Result<Known, Error> {
        let [user, address] = person_keys(user, address);
        let [org, user, address] = self.get_all(&[Key::external_org(org), user, address]).await?;
        Ok(Known { org: org.map(external).transpose()?, person: KnownPerson::read(user, address)? })
    }

    /// Loads who exists of the person that a request names, in one read.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_known_person(
        &self,
        user: Option<&ExternalId>,
        address: &Address,
    ) -> Result<KnownPerson, Error> {
        let [user, address] = self.get_all(&person_keys(user, address)).await?;
        Ok(KnownPerson::read(user, address)?)
    }

    /// Loads the organization with an id of the host app.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_external_org(&self, id: &ExternalId) -> Result<Option<Stored<Org>>, Error> {
        match self.get(&Key::external_org(id)).await? {
            Some(item) => self.load_org(external(item)?).await,
            None => Ok(None),
        }
    }

    /// Loads the user with an id of the host app.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_external_user(&self, id: &ExternalId) -> Result<Option<Stored<User>>, Error> {
        match self.get(&Key::external_user(id)).await? {
            Some(item) => self.load_user(external(item)?).await,
            None => Ok(None),
        }
    }

    /// Writes an organization and its admin in one transaction, which also links the customer, and
    /// returns the organization as stored. Under any number of requests at the same time with one id of the host app, it is written once.
    ///
    /// Released events that do not fit into the transaction are deleted after it, as
    /// [`Store::link_customer`] does.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the organization, the user, or the address exists now, or the customer
    /// changed: load and decide again. [`Error::Unavailable`].
    pub async fn commit_tenant(&self, tenant: &Tenant, now: Timestamp) -> Result<Stored<Org>, Error> {
        let (org, user) = (&tenant.org, tenant.person.after());
        let membership = Membership::new(org.id, user, Role::Admin, now);
        let mut actions: Vec<_> = self.external_org_action(org)?.into_iter().collect();
        actions.extend(self.person_actions(&tenant.person)?);
        actions.extend(self.external_user_action(&tenant.person)?);
        let item = org::encode_new(org, now)?;
        actions.push(put(&self.table, item.clone(), Some(Only::New))?);
        actions.push(put(&self.table, member::encode(&membership)?, Some(Only::New))?);
        if org.current_trial().is_some() {
            actions.push(self.trial_granted_action(user, now)?);
        }
        let mut rest = Vec::new();
        if let Some(customer) = &tenant.customer {
            actions.push(self.link_action(None, &customer.id, &customer.link, org.id)?);
            let released = customer.released.iter();
            let mut keys: Vec<Key> =
                released.map(|parked| Key::parked(&customer.id, &parked.event)).collect();
            rest = keys.split_off(keys.len().min(MAX_ACTIONS.saturating_sub(actions.len())));
            for key in &keys {
                actions.push(delete(&self.table, key, None)?);
            }
        }
        self.commit(actions).await?;
        self.delete_released(rest).await;
        Ok(Stored { value: org.clone(), version: 1, item })
    }

    /// Writes a person whom the host app adds to an organization: the membership, the user, and the
    /// organization.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the organization, its members, or the user changed, or if the user or
    /// the address exists now: load and decide again. [`Error::Unavailable`].
    pub async fn commit_member(
        &self,
        (before, after): (&Stored<Org>, &Org),
        membership: &Membership,
        person: &Person,
        now: Timestamp,
    ) -> Result<(), Error> {
        let member = MemberDetails::of(person.after(), membership.role);
        let joined = MembershipChange { kind: MembershipChangeKind::Joined, member };
        let mut actions = vec![
            self.org_write(before, after, OrgWrite::of_member(now, &joined))?,
            put(&self.table, member::encode(membership)?, Some(Only::New))?,
        ];
        actions.extend(self.person_actions(person)?);
        actions.extend(self.external_user_action(person)?);
        self.commit(actions).await
    }

    /// Writes a member whom the host app changes: the role, and the user with their copy in the
    /// membership.
    ///
    /// # Errors
    /// [`Error::Conflict`] as in [`Self::commit_member`], or if the id of the host app is in use now;
    /// [`Error::Unavailable`].
    pub async fn commit_known_member(
        &self,
        (before, after): (&Stored<Org>, &Org),
        (old, new): (&Membership, &Membership),
        person: &Person,
        now: Timestamp,
    ) -> Result<(), Error> {
        let member = MemberDetails::of(person.after(), new.role);
        let role = MembershipChange { kind: MembershipChangeKind::RoleChanged, member };
        let write = if old.role == new.role { OrgWrite::at(now) } else { OrgWrite::of_member(now, &role) };
        let mut actions = vec![self.org_write(before, after, write)?];
        actions.extend(self.member_change(old, new)?);
        actions.extend(self.person_actions(person)?);
        actions.extend(self.external_user_action(person)?);
        self.commit(actions).await
    }

    /// Writes a changed organization whose id of the host app may be new, and returns it as stored.
    /// Returns `None` if another organization has that id.
    ///
    /// # Errors
    /// [`Error::Conflict`] if another write changed the organization; [`Error::Unavailable`].
    pub async fn commit_org_with_id(
        &self,
        before: &Stored<Org>,
        after: &Org,
        now: Timestamp,
    ) -> Result<Option<Stored<Org>>, Error> {
        let id = self.external_org_action(after)?.filter(|_| before.value.external_id != after.external_id);
        let difference = Self::org_change(before, after, OrgWrite::at(now))?;
        let (Some(id), Some(difference)) = (id, difference) else {
            return self.commit_org_as_stored(before, after, now).await.map(Some);
        };
        let item = difference.applied_to(&before.item);
        let write = change(&self.table, &Key::org(after.id), difference, Only::Version(before.version))?;
        match self.transact(vec![write, id]).await? {
            Transacted::Done => Ok(Some(Stored { value: after.clone(), version: before.version + 1, item })),
            Transacted::Cancelled(reasons) if failed(&reasons, 1) => Ok(None),
            Transacted::Cancelled(_) => Err(Error::Conflict),
        }
    }

    fn external_org_action(&self, org: &Org) -> Result<Option<TransactWriteItem>, Error> {
        let Some(id) = &org.external_id else { return Ok(None) };
        let item = to_item(&Key::external_org(id), &ExternalItem { id: org.id.to_string() })?;
        put(&self.table, item, Some(Only::New)).map(Some)
    }

    /// Builds the action that reserves the user's id of the host app, if the user had none.
    fn external_user_action(&self, person: &Person) -> Result<Option<TransactWriteItem>, Error> {
        let known = match person {
            Person::New(_) => None,
            Person::Known(before, _) => before.value.external_id.as_ref(),
        };
        let user = person.after();
        let Some(id) = user.external_id.as_ref().filter(|_| known.is_none()) else { return Ok(None) };
        let item = to_item(&Key::external_user(id), &ExternalItem { id: user.id.to_string() })?;
        put(&self.table, item, Some(Only::New)).map(Some)
    }
}

impl KnownPerson {
    fn read(user: Option<Attributes>, address: Option<Attributes>) -> Result<Self, Corrupt> {
        let address = address.map(from_item::<AddressItem>).transpose()?;
        Ok(Self {
            user: user.map(external).transpose()?,
            address: address.map(|item| read("user of an address", &item.user)).transpose()?,
        })
    }
}

/// Returns the keys of the items that name the user with an id of the host app, and the user with an
/// address.
fn person_keys(user: Option<&ExternalId>, address: &Address) -> [Key; 2] {
    // A key must occur once in a batch. Without an id, a key without an item takes its place.
    [user.map_or_else(Key::unused, Key::external_user), Key::address(address)]
}

/// Reads the id of Onramp that an item names.
fn external<T: std::str::FromStr>(item: Attributes) -> Result<T, Corrupt> {
    read("id of an external id", &from_item::<ExternalItem>(item)?.id)
}
