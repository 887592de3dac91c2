//! Sign-in links, and the session or organization grant that the use of a link creates.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    id::UserId,
    people::{Address, IssuedSecret, Session, SessionToken, UsedLink, User},
    secret::{Hash, Secret},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::{Attributes, expires},
    client::{Store, Stored, Transacted},
    error::{Corrupt, Error, failed},
    keys::Key,
    org_creation_grant::{self, OrgCreationGrant},
    schema::{from_item, read, read_browser, session, to_item},
    update::{Only, delete, put},
    used_link,
    verification::WaitingInvitations,
};

/// A sign-in link, stored under the hash of its secret. It works once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The hash of the secret in the link.
    pub secret_hash: Hash,
    /// The user whom the link signs in.
    pub user: UserId,
    /// The address to which the link was mailed. Its use verifies that address.
    pub address: Address,
    /// The path of the page to open after the sign-in.
    pub next: Option<String>,
    /// The time of the request for the link.
    pub requested_at: Option<Timestamp>,
    /// The hash of the cookie of the browser that requested the link.
    pub browser: Option<Hash>,
    /// The time from which the link is invalid.
    pub expires_at: Timestamp,
}

/// Result of a lookup by a link's secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkLookup {
    /// The link is unused. It may be expired.
    Unused(Link),
    /// The link was used.
    Used(UsedLink),
}

/// The session or the organization grant that the use of a sign-in link creates.
#[derive(Clone, Copy, Debug)]
pub enum LinkGrant<'a> {
    /// A new session, with its secret.
    Session(&'a Session, &'a Secret),
    /// An organization grant, for a user without an organization.
    OrgCreation(&'a OrgCreationGrant),
}

/// The result of [`Store::consume_link`] and [`Store::consume_portal_link`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consumed {
    /// The session or the organization grant is stored, and the link is deleted.
    Used,
    /// The link was used before, so nothing was written.
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

impl Store {
    /// Loads the link under a secret's hash. If the link was used, loads the record of its use.
    /// Returns `None` if there is neither.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_link(&self, secret_hash: Hash) -> Result<Option<LinkLookup>, Error> {
        let [unused, used] = self.get_all(&[Key::link(secret_hash), Key::used_link(secret_hash)]).await?;
        let Some(item) = unused else {
            let used = used.map(|item| used_link::decode(secret_hash, item)).transpose()?;
            return Ok(used.map(LinkLookup::Used));
        };
        let item: LinkItem = from_item(item)?;
        Ok(Some(LinkLookup::Unused(Link {
            secret_hash,
            user: read("user of a link", &item.user)?,
            address: Address::from_stored(item.address),
            next: item.next,
            requested_at: item.requested_at.map(|at| at.0),
            browser: read_browser(item.browser)?,
            expires_at: item.good_until.0,
        })))
    }

    /// Uses a link in one transaction. The transaction deletes the link, stores the session or the
    /// organization grant, and writes the record that the link was used. It also writes the
    /// verified user, releases the invitations that wait for the user's address, and deletes the
    /// browser's earlier session `instead_of`.
    ///
    /// `browser` is the hash of the browser cookie. If the response is lost, the browser with this
    /// cookie can repeat the request.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the user changed; [`Error::Unavailable`].
    pub async fn consume_link(
        &self,
        link: &Link,
        (before, after): (&Stored<User>, &User),
        waiting: &[WaitingInvitations],
        grant: LinkGrant<'_>,
        instead_of: Option<&SessionToken>,
        (browser, now): (Option<Hash>, Timestamp),
    ) -> Result<Consumed, Error> {
        let table = &self.table;
        let (item, issued) = match grant {
            LinkGrant::Session(session, secret) => {
                (session::encode(session, secret)?, IssuedSecret::Session(secret.hash()))
            }
            LinkGrant::OrgCreation(grant) => {
                (org_creation_grant::encode(grant)?, IssuedSecret::OrgCreation(grant.secret_hash))
            }
        };
        let used = UsedLink {
            secret_hash: link.secret_hash,
            user: after.id,
            used_at: now,
            browser,
            next: link.next.clone(),
            issued,
        };
        let mut actions = vec![
            delete(table, &Key::link(link.secret_hash), Some(Only::Exists))?,
            put(table, item, Some(Only::New))?,
            put(table, used_link::encode(&used)?, None)?,
        ];
        actions.extend(self.release_actions(waiting, now)?);
        match (self.user_change(before, after)?, grant) {
            (Some(change), _) => actions.push(change),
            (None, LinkGrant::Session(session, _)) => {
                actions.push(self.in_epoch(after.id, session.org, after.epoch, None)?);
            }
            // An organization grant needs no condition on the user here, because the user is read
            // again when the grant is used.
            (None, LinkGrant::OrgCreation(_)) => {}
        }
        self.consume(actions, instead_of).await
    }

    /// Runs the actions that use a link. The first action deletes the link. Also deletes the browser's
    /// earlier session `instead_of`.
    pub(crate) async fn consume(
        &self,
        mut actions: Vec<TransactWriteItem>,
        instead_of: Option<&SessionToken>,
    ) -> Result<Consumed, Error> {
        if let Some(token) = instead_of {
            actions.push(delete(&self.table, &Key::session(token.user, token.secret.hash()), None)?);
        }
        match self.transact(actions).await? {
            Transacted::Done => Ok(Consumed::Used),
            Transacted::Cancelled(reasons) if failed(&reasons, 0) => Ok(Consumed::AlreadyUsed),
            Transacted::Cancelled(_) => Err(Error::Conflict),
        }
    }
}
