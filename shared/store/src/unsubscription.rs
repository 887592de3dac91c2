//! Unsubscribe links in reminders.

use domain::{
    id::{OrgId, UserId},
    people::UNSUBSCRIBE_LINK_TTL,
    secret::Hash,
    time::add,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::{Attributes, expires},
    client::Store,
    error::{Corrupt, Error},
    keys::Key,
    schema::{from_item, read, to_item},
};

/// A link that ends the reminders of one organization for one user, stored under the hash of its
/// secret.
///
/// The link works any number of times. A mail program may send the request for the user (RFC 8058),
/// and the user may then open the same link to change the choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsubscription {
    /// The hash of the secret in the link.
    pub secret_hash: Hash,
    /// The organization whose reminders end.
    pub org: OrgId,
    /// The user who no longer gets reminders.
    pub user: UserId,
    /// The time from which the link is invalid.
    pub expires_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct UnsubscriptionItem {
    org: String,
    user: String,
    good_until: At,
}

impl Unsubscription {
    /// Creates a link that is mailed at `now`.
    #[must_use]
    pub fn of(secret_hash: Hash, org: OrgId, user: UserId, now: Timestamp) -> Self {
        Self { secret_hash, org, user, expires_at: add(now, UNSUBSCRIBE_LINK_TTL) }
    }
}

impl Store {
    /// Loads the link under a secret's hash, or returns `None` if there is none. The link may be
    /// expired.
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

    /// Stores a link. The secret is new, so the write cannot replace another link. If the response
    /// is lost, a retry writes the same item again.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn save_unsubscription(&self, link: &Unsubscription) -> Result<(), Error> {
        self.put(encode(link)?).await
    }

    /// Deletes a link. Callers do this only if the email with the link was definitely not sent.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn delete_unsubscription(&self, secret_hash: Hash) -> Result<(), Error> {
        self.delete(&Key::unsubscription(secret_hash)).await
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
