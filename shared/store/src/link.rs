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
    item::{At, from_item, read, to_item},
    key::Key,
    org_creation_grant::{self, OrgCreationGrant},
    session::{self, expires},
    update::{Only, delete, put},
    used_link::{IssuedSecret, UsedLink},
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
    pub requested_at: Option<Timestamp>,
    /// The hash of what the browser that asked for it was given to keep, where a browser was.
    pub browser: Option<Hash>,
    /// The first moment at which it no longer works.
    pub expires_at: Timestamp,
}

/// What a link's secret leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkLookup {
    /// A link that was not used, expired or not.
    Unused(Link),
    /// What is left of one that was.
    Used(UsedLink),
}

/// What a used link gives.
#[derive(Clone, Copy, Debug)]
pub enum LinkGrant<'a> {
    /// A session, with its secret.
    Session(&'a Session, &'a Secret),
    /// To somebody who belongs nowhere, the proof with which they can found an organization.
    OrgCreation(&'a OrgCreationGrant),
}

/// How using a link ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consumed {
    /// What it gives stands, and the link is gone.
    Used,
    /// The link was used before; nothing was written.
    AlreadyUsed,
}

#[derive(Debug, Serialize, Deserialize)]
struct LinkItem {
    user: String,
    address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(rename = "asked_at", default, skip_serializing_if = "Option::is_none")]
    requested_at: Option<At>,
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
            requested_at: self.requested_at.map(At),
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
    /// The link with that secret's hash, or what is left of it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_link(&self, secret_hash: Hash) -> Result<Option<LinkLookup>, Error> {
        let [unused, used] = self.get_all(&[Key::link(secret_hash), Key::used_link(secret_hash)]).await?;
        let Some(item) = unused else {
            let used = used.map(|item| UsedLink::decode(secret_hash, item)).transpose()?;
            return Ok(used.map(LinkLookup::Used));
        };
        let item: LinkItem = from_item(item)?;
        Ok(Some(LinkLookup::Unused(Link {
            secret_hash,
            user: read("user of a link", &item.user)?,
            address: Address::from_stored(item.address),
            next: item.next,
            requested_at: item.requested_at.map(|at| at.0),
            browser: browser(item.browser)?,
            expires_at: item.good_until.0,
        })))
    }

    /// Uses a link: it goes, what it gives comes, and what its use proves of the person is written, all or nothing. The
    /// session that the browser held so far goes with it. `by` is the hash of what that browser keeps, so that it can
    /// repeat the request.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the person changed meanwhile; [`Error::Unavailable`].
    pub async fn consume_link(
        &self,
        link: &Link,
        before: &Stored<User>,
        after: &User,
        admission: LinkGrant<'_>,
        instead_of: Option<&SessionToken>,
        (by, now): (Option<Hash>, Timestamp),
    ) -> Result<Consumed, Error> {
        let table = &self.table;
        let (item, issued) = match admission {
            LinkGrant::Session(session, secret) => {
                (session::encode(session, secret)?, IssuedSecret::Session(secret.hash()))
            }
            LinkGrant::OrgCreation(proof) => {
                (org_creation_grant::encode(proof)?, IssuedSecret::OrgCreation(proof.secret_hash))
            }
        };
        let used = UsedLink {
            secret_hash: link.secret_hash,
            user: after.id,
            used_at: now,
            browser: by,
            next: link.next.clone(),
            issued,
        };
        let mut actions = vec![
            delete(table, &Key::link(link.secret_hash), Some(Only::Exists))?,
            put(table, item, Some(Only::New))?,
            put(table, used.encode()?, None)?,
        ];
        match (self.user_change(before, after)?, admission) {
            (Some(change), _) => actions.push(change),
            (None, LinkGrant::Session(session, _)) => {
                actions.push(self.in_epoch(after.id, session.org, after.epoch, None)?);
            }
            // It depends on nothing that could change: the person is read again when it is used.
            (None, LinkGrant::OrgCreation(_)) => {}
        }
        if let Some(token) = instead_of {
            actions.push(delete(table, &Key::session(token.user, token.secret.hash()), None)?);
        }
        match self.transact(actions).await? {
            Transacted::Done => Ok(Consumed::Used),
            Transacted::Cancelled(reasons) if failed(&reasons, 0) => Ok(Consumed::AlreadyUsed),
            Transacted::Cancelled(_) => Err(Error::Conflict),
        }
    }
}
