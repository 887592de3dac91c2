use domain::{
    address::Address,
    id::UserId,
    people::{Session, SessionToken, User},
    secret::{Hash, Secret},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    client::{Attributes, Store, Stored, Transacted},
    error::{Corrupt, Error, failed},
    founding::{self, Founding},
    item::{At, from_item, read, to_item},
    key::Key,
    session::{self, expires},
    update::{Only, delete, put},
};

/// A one-time link, under the hash of its secret. It carries the keys that its use needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The hash of the secret in the link.
    pub secret_hash: Hash,
    /// Whom it signs in.
    pub user: UserId,
    /// The address it was mailed to: using it proves that address.
    pub address: Address,
    /// Where to go after: a path of our own.
    pub next: Option<String>,
    /// When it was asked for.
    pub asked_at: Option<Timestamp>,
    /// The hash of what the browser that asked for it was given to keep, where a browser was.
    pub browser: Option<Hash>,
    /// The first moment at which it no longer works.
    pub expires_at: Timestamp,
}

/// What a used link gives.
#[derive(Clone, Copy, Debug)]
pub enum Admission<'a> {
    /// A session, with its secret.
    Session(&'a Session, &'a Secret),
    /// To somebody who belongs nowhere, the proof with which they can found an organization.
    Founding(&'a Founding),
}

/// How using a link ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consumed {
    /// What it gives stands, and the link is gone.
    Used,
    /// Somebody used the link before; nothing was written.
    Gone,
}

#[derive(Debug, Serialize, Deserialize)]
struct LinkItem {
    user: String,
    address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked_at: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    browser: Option<String>,
    good_until: At,
}

impl Link {
    pub(crate) fn encode(&self) -> Result<Attributes, Corrupt> {
        let form = LinkItem {
            user: self.user.to_string(),
            address: self.address.as_str().to_owned(),
            next: self.next.clone(),
            asked_at: self.asked_at.map(At),
            browser: self.browser.map(|hash| hash.to_string()),
            good_until: At(self.expires_at),
        };
        let mut item = to_item(&Key::link(self.secret_hash), &form)?;
        item.extend([expires(self.expires_at, 3600)]);
        Ok(item)
    }
}

/// The hash of what a browser keeps, as it is stored.
pub(crate) fn browser(stored: Option<String>) -> Result<Option<Hash>, Corrupt> {
    stored
        .map(|hash| hash.parse().map_err(|()| Corrupt::because("browser that asked for a link")))
        .transpose()
}

impl Store {
    /// The link with that secret's hash, expired or not.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_link(&self, secret_hash: Hash) -> Result<Option<Link>, Error> {
        let Some(item) = self.get(&Key::link(secret_hash)).await? else { return Ok(None) };
        let item: LinkItem = from_item(item)?;
        Ok(Some(Link {
            secret_hash,
            user: read("user of a link", &item.user)?,
            address: Address::from_stored(item.address),
            next: item.next,
            asked_at: item.asked_at.map(|at| at.0),
            browser: browser(item.browser)?,
            expires_at: item.good_until.0,
        }))
    }

    /// Uses a link: it goes, what it gives comes, and what its use proves of the person is written, all or nothing. The
    /// session that the browser held so far goes with it.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the person changed meanwhile; [`Error::Unavailable`].
    pub async fn consume_link(
        &self,
        link: &Link,
        before: &Stored<User>,
        after: &User,
        admission: Admission<'_>,
        instead_of: Option<&SessionToken>,
    ) -> Result<Consumed, Error> {
        let table = &self.table;
        let given = match admission {
            Admission::Session(session, secret) => session::encode(session, secret)?,
            Admission::Founding(proof) => founding::encode(proof)?,
        };
        let mut actions = vec![
            delete(table, &Key::link(link.secret_hash), Some(Only::Exists))?,
            put(table, given, Some(Only::New))?,
        ];
        actions.push(match self.user_change(before, after)? {
            Some(change) => change,
            None => self.in_epoch(after.id, after.epoch, None)?,
        });
        if let Some(token) = instead_of {
            actions.push(delete(table, &Key::session(token.user, token.secret.hash()), None)?);
        }
        match self.transact(actions).await? {
            Transacted::Done => Ok(Consumed::Used),
            Transacted::Cancelled(reasons) if failed(&reasons, 0) => Ok(Consumed::Gone),
            Transacted::Cancelled(_) => Err(Error::Conflict),
        }
    }
}
