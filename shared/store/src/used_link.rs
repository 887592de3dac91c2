//! Used links: the browser that used a link can repeat its request for a short time.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    people::{IssuedSecret, SESSION_MAX_AGE, SWITCH_GRACE_PERIOD, Session, UsedLink, User},
    secret::{Hash, Secret},
    time::add,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::{Attributes, expires, text, values},
    client::{Store, Transacted},
    error::{Corrupt, Error, failed},
    keys::Key,
    org_creation_grant::{self, OrgCreationGrant},
    schema::{from_item, read, read_browser, session, to_item},
    update::{Only, delete, put, update_with_names},
};

/// Result of a repeated request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reissued {
    /// A session that replaces the session that the link issued.
    Session(Session),
    /// The organization grant, stored under a new secret. Contains the user of the grant.
    OrgCreation(User),
}

#[derive(Debug, Serialize, Deserialize)]
struct UsedLinkItem {
    user: String,
    used_at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    browser: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(rename = "given")]
    issued: IssuedItem,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum IssuedItem {
    Session(String),
    #[serde(rename = "founding")]
    OrgCreation(String),
}

pub(crate) fn encode(used: &UsedLink) -> Result<Attributes, Corrupt> {
    let form = UsedLinkItem {
        user: used.user.to_string(),
        used_at: At(used.used_at),
        browser: used.browser.map(|hash| hash.to_string()),
        next: used.next.clone(),
        issued: match used.issued {
            IssuedSecret::Session(hash) => IssuedItem::Session(hash.to_string()),
            IssuedSecret::OrgCreation(hash) => IssuedItem::OrgCreation(hash.to_string()),
        },
    };
    let mut item = to_item(&Key::used_link(used.secret_hash), &form)?;
    // The record is kept for the maximum lifetime of a session. If a signed-in user opens the
    // link again in this time, Onramp recognizes it and redirects to a page instead of showing
    // an error.
    item.extend([expires(used.used_at, SESSION_MAX_AGE.as_secs())]);
    Ok(item)
}

pub(crate) fn decode(secret_hash: Hash, item: Attributes) -> Result<UsedLink, Corrupt> {
    let item: UsedLinkItem = from_item(item)?;
    let hash = |text: &str| text.parse().map_err(|()| Corrupt::because("secret that a used link issued"));
    Ok(UsedLink {
        secret_hash,
        user: read("user of a used link", &item.user)?,
        used_at: item.used_at.0,
        browser: read_browser(item.browser)?,
        next: item.next,
        issued: match item.issued {
            IssuedItem::Session(text) => IssuedSecret::Session(hash(&text)?),
            IssuedItem::OrgCreation(text) => IssuedSecret::OrgCreation(hash(&text)?),
        },
    })
}

impl Store {
    /// Issues the session or the organization grant of a used link a second time, under the new
    /// `secret`.
    ///
    /// The session that is replaced ends only after [`SWITCH_GRACE_PERIOD`], so two concurrent
    /// requests both get a working session. Returns `None` if the session that the link issued was
    /// ended, or if the organization grant was used.
    ///
    /// # Errors
    /// [`Error::Conflict`] if another repeated request was written first; [`Error::Unavailable`]
    /// and [`Error::Corrupt`].
    pub async fn reissue_used_link(
        &self,
        used: &UsedLink,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<Option<Reissued>, Error> {
        match used.issued {
            IssuedSecret::Session(lost) => {
                self.reissue_session(used, lost, secret, add(now, SWITCH_GRACE_PERIOD)).await
            }
            IssuedSecret::OrgCreation(lost) => self.reissue_org_creation_grant(used, lost, secret).await,
        }
    }

    async fn reissue_session(
        &self,
        used: &UsedLink,
        lost: Hash,
        secret: &Secret,
        until: Timestamp,
    ) -> Result<Option<Reissued>, Error> {
        let key = Key::session(used.user, lost);
        let Some(item) = self.get(&key).await? else { return Ok(None) };
        let session = session::decode(item)?;
        let actions = vec![
            self.replace_issued_secret(used, "session", lost, secret)?,
            self.end_session_at(&key, until)?,
            self.in_epoch(session.user, session.org, session.epoch, None)?,
            put(&self.table, session::encode(&session, secret)?, Some(Only::New))?,
        ];
        self.write_reissued(actions, Reissued::Session(session)).await
    }

    async fn reissue_org_creation_grant(
        &self,
        used: &UsedLink,
        lost: Hash,
        secret: &Secret,
    ) -> Result<Option<Reissued>, Error> {
        let Some((grant, user)) = self.load_org_creation_grant(lost).await? else { return Ok(None) };
        let unused = Only::If("attribute_exists(pk) AND attribute_not_exists(used_for)", HashMap::new());
        let new_grant = OrgCreationGrant { secret_hash: secret.hash(), ..grant };
        let actions = vec![
            self.replace_issued_secret(used, "founding", lost, secret)?,
            delete(&self.table, &Key::org_creation_grant(lost), Some(unused))?,
            put(&self.table, org_creation_grant::encode(&new_grant)?, Some(Only::New))?,
        ];
        self.write_reissued(actions, Reissued::OrgCreation(user.value)).await
    }

    /// Builds the first action of a repeated request: in the record of the used link, replaces the
    /// hash `lost` with the hash of `secret`. The action fails if the record no longer contains
    /// `lost`.
    fn replace_issued_secret(
        &self,
        used: &UsedLink,
        kind: &str,
        lost: Hash,
        secret: &Secret,
    ) -> Result<TransactWriteItem, Error> {
        update_with_names(
            &self.table,
            &Key::used_link(used.secret_hash),
            "SET given.#kind = :given",
            "given.#kind = :lost",
            HashMap::from([("#kind".to_owned(), kind.to_owned())]),
            values([(":given", text(&secret.hash())), (":lost", text(&lost))]),
        )
    }

    async fn write_reissued(
        &self,
        actions: Vec<TransactWriteItem>,
        reissued: Reissued,
    ) -> Result<Option<Reissued>, Error> {
        match self.transact(actions).await? {
            Transacted::Done => Ok(Some(reissued)),
            Transacted::Cancelled(reasons) if failed(&reasons, 0) => Err(Error::Conflict),
            Transacted::Cancelled(_) => Ok(None),
        }
    }
}
