//! Users, and the item that maps an address to its user.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::{
    id::{OrgId, UserId},
    people::{Address, Joins, Name, User},
};
use serde::{Deserialize, Serialize};

use crate::{
    attributes::{Attributes, number},
    client::{Store, Stored, Transacted},
    error::{Corrupt, Error},
    keys::Key,
    schema::{from_item, read, to_item},
    update::{Change, Only, change, check},
};

#[derive(Debug, Serialize, Deserialize)]
struct UserItem {
    id: String,
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

pub(crate) fn encode(user: &User, version: u64) -> Result<Attributes, Corrupt> {
    let mut item = to_item(
        &Key::user(user.id),
        &UserItem {
            id: user.id.to_string(),
            name: user.name.to_string(),
            address: user.address.as_str().to_owned(),
            verified: user.verified,
            epoch: user.epoch,
            trial_used: user.trial_used,
            orgs: user.orgs.iter().map(ToString::to_string).collect(),
            joins: (user.joins.count > 0).then(|| JoinsItem::from(&user.joins)),
        },
    )?;
    item.insert("version".to_owned(), number(version));
    Ok(item)
}

pub(crate) fn decode(item: Attributes) -> Result<Stored<User>, Corrupt> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u64,
        #[serde(flatten)]
        user: UserItem,
    }
    let Versioned { version, user } = from_item(item.clone())?;
    let value = User {
        id: read("user id", &user.id)?,
        name: Name::from_stored(user.name),
        address: Address::from_stored(user.address),
        verified: user.verified,
        epoch: user.epoch,
        trial_used: user.trial_used,
        orgs: user.orgs.iter().map(|org| read("user's organization", org)).collect::<Result<_, _>>()?,
        joins: user.joins.map(Joins::try_from).transpose()?.unwrap_or_default(),
    };
    Ok(Stored { value, version, item })
}

/// The item under the hash of an email address. It contains the ID of the user with this address.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AddressItem {
    pub user: String,
}

impl Store {
    /// Builds the action that writes a changed user, or `None` if nothing changed.
    pub(crate) fn user_change(
        &self,
        before: &Stored<User>,
        after: &User,
    ) -> Result<Option<TransactWriteItem>, Error> {
        if before.value == *after {
            return Ok(None);
        }
        let old = encode(&before.value, before.version)?;
        let new = encode(after, before.version + 1)?;
        let difference = Change::between(&before.item, &old, &new);
        let only = Only::Version(before.version);
        difference.map(|it| change(&self.table, &Key::user(after.id), it, only)).transpose()
    }

    /// Builds the condition under which a new session in `org` with the session epoch `epoch` is
    /// valid. The user must still be a member of `org`, and must still have this session epoch. The
    /// epoch changes when the user's sessions are ended. `also` is a further condition on the user.
    ///
    /// A user that an earlier version of the code wrote has no attribute `epoch`. This counts as
    /// epoch 0.
    pub(crate) fn in_epoch(
        &self,
        user: UserId,
        org: OrgId,
        epoch: u64,
        also: Option<Only>,
    ) -> Result<TransactWriteItem, Error> {
        let missing = if epoch == 0 { "attribute_not_exists(epoch) OR " } else { "" };
        let mut condition = format!("contains(orgs, :org) AND ({missing}epoch = :epoch)");
        let mut values = HashMap::from([
            (":epoch".to_owned(), number(epoch)),
            (":org".to_owned(), AttributeValue::S(org.to_string())),
        ]);
        if let Some((also, more)) = also.map(Only::expression) {
            condition = format!("{condition} AND {also}");
            values.extend(more);
        }
        check(&self.table, &Key::user(user), &condition, values)
    }

    /// Writes a changed user.
    ///
    /// # Errors
    /// [`Error::Conflict`] if another write changed the user; [`Error::Unavailable`].
    pub async fn commit_user(&self, before: &Stored<User>, after: &User) -> Result<(), Error> {
        let Some(action) = self.user_change(before, after)? else { return Ok(()) };
        match self.transact(vec![action]).await? {
            Transacted::Done => Ok(()),
            Transacted::Cancelled(_) => Err(Error::Conflict),
        }
    }

    /// Loads the user with this ID.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_user(&self, id: UserId) -> Result<Option<Stored<User>>, Error> {
        Ok(self.get(&Key::user(id)).await?.map(decode).transpose()?)
    }

    /// Loads the user with this address.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_user_of(&self, address: &Address) -> Result<Option<Stored<User>>, Error> {
        let Some(item) = self.get(&Key::address(address)).await? else { return Ok(None) };
        let pointer: AddressItem = from_item(item)?;
        self.load_user(read("user of an address", &pointer.user)?).await
    }
}
