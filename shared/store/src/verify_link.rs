//! Links in welcome emails that verify an address.

use domain::{
    id::UserId,
    people::{Address, User, VERIFY_LINK_TTL},
    secret::Hash,
    time::add,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::expires,
    client::Store,
    error::Error,
    keys::Key,
    schema::{from_item, read, to_item},
};

/// A link that verifies the address to which it was mailed, stored under the hash of its secret.
///
/// The link works any number of times, because a second verification changes nothing. It never
/// opens a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyLink {
    /// The hash of the secret in the link.
    pub secret_hash: Hash,
    /// The user whose address the link verifies.
    pub user: UserId,
    /// The address to which the link was mailed.
    pub address: Address,
    /// The time from which the link is invalid.
    pub expires_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct VerifyLinkItem {
    user: String,
    address: String,
    good_until: At,
}

impl VerifyLink {
    /// Creates a link that is mailed to a user at `now`.
    #[must_use]
    pub fn of(secret_hash: Hash, user: &User, now: Timestamp) -> Self {
        let address = user.address.clone();
        Self { secret_hash, user: user.id, address, expires_at: add(now, VERIFY_LINK_TTL) }
    }
}

impl Store {
    /// Loads the link under a secret's hash, or returns `None` if there is none. The link may be
    /// expired.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_verify_link(&self, secret_hash: Hash) -> Result<Option<VerifyLink>, Error> {
        let Some(item) = self.get(&Key::verify_link(secret_hash)).await? else { return Ok(None) };
        let item: VerifyLinkItem = from_item(item)?;
        Ok(Some(VerifyLink {
            secret_hash,
            user: read("user of a link", &item.user)?,
            address: Address::from_stored(item.address),
            expires_at: item.good_until.0,
        }))
    }

    /// Stores a link. The secret is new, so the write cannot replace another link. If the response
    /// is lost, a retry writes the same item again.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn save_verify_link(&self, link: &VerifyLink) -> Result<(), Error> {
        let form = VerifyLinkItem {
            user: link.user.to_string(),
            address: link.address.as_str().to_owned(),
            good_until: At(link.expires_at),
        };
        let mut item = to_item(&Key::verify_link(link.secret_hash), &form)?;
        item.extend([expires(link.expires_at, 3600)]);
        self.put(item).await
    }

    /// Deletes a link. Callers do this only if the email with the link was definitely not sent.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn delete_verify_link(&self, secret_hash: Hash) -> Result<(), Error> {
        self.delete(&Key::verify_link(secret_hash)).await
    }
}
