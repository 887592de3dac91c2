//! Users, and the item that maps an address to its user.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    id::{OrgId, UserId},
    people::{ActionRecord, Address, User},
};

use crate::{
    attributes::{number, text},
    client::{Store, Stored},
    error::Error,
    keys::Key,
    schema::{
        action_record::record_value,
        from_item, read, to_item,
        user::{AddressItem, decode, encode},
    },
    update::{Change, Only, change, check, put},
};

/// The user of a sign-up or of an acceptance.
#[derive(Clone, Debug)]
pub enum Person {
    /// A user without an account.
    New(User),
    /// A user with an account, before and after the change.
    Known(Box<Stored<User>>, User),
}

impl Person {
    /// Returns the user after the change.
    #[must_use]
    pub fn after(&self) -> &User {
        match self {
            Self::New(user) | Self::Known(_, user) => user,
        }
    }

    /// Returns the user after the change, to change it further.
    pub const fn after_mut(&mut self) -> &mut User {
        match self {
            Self::New(user) | Self::Known(_, user) => user,
        }
    }
}

impl Store {
    /// Builds the actions that write a person: for a new user, first the address and then the user.
    pub(crate) fn person_actions(&self, person: &Person) -> Result<Vec<TransactWriteItem>, Error> {
        match person {
            Person::New(user) => Ok(vec![
                self.address_action(user, None)?,
                put(&self.table, encode(user, 1)?, Some(Only::New))?,
            ]),
            Person::Known(before, after) => Ok(self.user_change(before, after)?.into_iter().collect()),
        }
    }

    /// Builds the action that maps the address of a user to the user. It fails if the address has an
    /// account. `corrected` is the record of the operator who gave the user this address.
    pub(crate) fn address_action(
        &self,
        user: &User,
        corrected: Option<&ActionRecord>,
    ) -> Result<TransactWriteItem, Error> {
        let pointer = AddressItem { user: user.id.to_string() };
        let mut item = to_item(&Key::address(&user.address), &pointer)?;
        item.extend(corrected.map(|record| ("corrected".to_owned(), record_value(record))));
        put(&self.table, item, Some(Only::New))
    }

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
        let difference = Change::between(&before.item, old, new);
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
        let mut values =
            HashMap::from([(":epoch".to_owned(), number(epoch)), (":org".to_owned(), text(&org))]);
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
        self.commit(vec![action]).await
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
