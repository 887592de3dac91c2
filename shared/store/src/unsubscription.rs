use domain::{
    id::{OrgId, UserId},
    secret::Hash,
    trial::add,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    client::{Attributes, Store},
    error::{Corrupt, Error},
    item::{At, from_item, read, to_item},
    key::Key,
    session::expires,
};

/// How long the link in a reminder works: people clean up their mail once a year.
const UNSUBSCRIBE_LINK_TTL: SignedDuration = SignedDuration::from_hours(400 * 24);

/// A link that ends the reminders of one organization for one person, under the hash of its secret. It works as often
/// as it is used: mail programs follow it on their own, and minds are changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsubscription {
    /// The hash of the secret in the link.
    pub secret_hash: Hash,
    /// Whose reminders.
    pub org: OrgId,
    /// Who gets no more of them.
    pub user: UserId,
    /// The first moment at which it no longer works.
    pub expires_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct UnsubscriptionItem {
    org: String,
    user: String,
    good_until: At,
}

impl Unsubscription {
    /// A link that goes out now.
    #[must_use]
    pub fn of(secret_hash: Hash, org: OrgId, user: UserId, now: Timestamp) -> Self {
        Self { secret_hash, org, user, expires_at: add(now, UNSUBSCRIBE_LINK_TTL) }
    }
}

impl Store {
    /// The link with that secret's hash, expired or not.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_unsubscription(&self, secret_hash: Hash) -> Result<Option<Unsubscription>, Error> {
        let Some(item) = self.get(&Key::unsubscription(secret_hash)).await? else { return Ok(None) };
        let item: UnsubscriptionItem = from_item(item)?;
        Ok(Some(Unsubscription {
            secret_hash,
            org: read("organization of a link", &item.org)?,
            user: read("user of a link", &item.user)?,
            expires_at: item.good_until.0,
        }))
    }

    /// Keeps a link. Its secret is fresh, so writing it a second time, after a lost answer, is the same write.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn save_unsubscription(&self, link: &Unsubscription) -> Result<(), Error> {
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(encode(link)?))
            .send()
            .await
            .map_err(|error| Error::of(&error))?;
        Ok(())
    }
}

impl Store {
    /// Drops a link that surely went out to nobody.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn delete_unsubscription(&self, secret_hash: Hash) -> Result<(), Error> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(Key::unsubscription(secret_hash).attributes()))
            .send()
            .await
            .map_err(|error| Error::of(&error))?;
        Ok(())
    }
}

fn encode(link: &Unsubscription) -> Result<Attributes, Corrupt> {
    let form = UnsubscriptionItem {
        org: link.org.to_string(),
        user: link.user.to_string(),
        good_until: At(link.expires_at),
    };
    let mut item = to_item(&Key::unsubscription(link.secret_hash), &form)?;
    item.extend([expires(link.expires_at, 3600)]);
    Ok(item)
}
