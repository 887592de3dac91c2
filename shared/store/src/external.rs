//! Organizations and users by the ids of the host app, and the organizations that its server creates.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    id::{ExternalId, OrgId, UserId},
    org::Org,
    people::{Address, Membership, Role, User},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    attributes::Attributes,
    client::{Store, Stored, Transacted},
    error::{Corrupt, Error, failed},
    keys::Key,
    org::OrgWrite,
    schema::{from_item, member, org, read, to_item, user::AddressItem},
    update::{Only, change, put},
    user::Person,
};

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
        // A key must occur once in a batch. Without an id, a key without an item takes its place.
        let user = user.map_or_else(Key::unused, Key::external_user);
        let keys = [Key::external_org(org), user, Key::address(address)];
        let [org, user, address] = self.get_all(&keys).await?;
        let address = address.map(from_item::<AddressItem>).transpose()?;
        Ok(Known {
            org: org.map(external).transpose()?,
            user: user.map(external).transpose()?,
            address: address.map(|item| read("user of an address", &item.user)).transpose()?,
        })
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

    /// Writes an organization and its admin in one transaction. Under any number of requests at the
    /// same time with one id of the host app, it is written once.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the organization, the user, or the address exists now: load and decide
    /// again. [`Error::Unavailable`].
    pub async fn commit_tenant(&self, tenant: &Tenant, now: Timestamp) -> Result<(), Error> {
        let (org, user) = (&tenant.org, tenant.person.after());
        let membership = Membership::new(org.id, user, Role::Admin, now);
        let mut actions: Vec<_> = self.external_org_action(org)?.into_iter().collect();
        actions.extend(self.person_actions(&tenant.person)?);
        actions.extend(self.external_user_action(&tenant.person)?);
        actions.push(put(&self.table, org::encode_new(org, now)?, Some(Only::New))?);
        actions.push(put(&self.table, member::encode(&membership)?, Some(Only::New))?);
        if org.trial.is_some() {
            actions.push(self.trial_granted_action(user, now)?);
        }
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
        let version = before.version + 1;
        let difference = Self::org_change(before, after, version, OrgWrite::at(now))?;
        let (Some(id), Some(difference)) = (id, difference) else {
            return self.commit_org(before, after, now).await.map(Some);
        };
        let item = difference.applied_to(&before.item);
        let write = change(&self.table, &Key::org(after.id), difference, Only::Version(before.version))?;
        match self.transact(vec![write, id]).await? {
            Transacted::Done => Ok(Some(Stored { value: after.clone(), version, item })),
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

/// Reads the id of Onramp that an item names.
fn external<T: std::str::FromStr>(item: Attributes) -> Result<T, Corrupt> {
    read("id of an external id", &from_item::<ExternalItem>(item)?.id)
}
