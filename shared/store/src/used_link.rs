use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::{
    id::UserId,
    people::{LINK_REPEAT_PERIOD, SESSION_MAX_AGE, SWITCH_GRACE_PERIOD, Session, User},
    secret::{Hash, Secret},
    trial::add,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    client::{Attributes, Store, Transacted},
    error::{Corrupt, Error, failed},
    item::{At, from_item, read, to_item},
    key::Key,
    link::read_browser,
    org_creation_grant::{self, OrgCreationGrant},
    session::{self, expires, values},
    update::{Only, delete, put, update},
};

/// An emailed link that was used. It opens nothing by itself, but the first response may have been lost: for
/// [`LINK_REPEAT_PERIOD`] the browser that used it may repeat its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedLink {
    /// The hash of the secret in the link.
    pub secret_hash: Hash,
    /// Whom it signed in.
    pub user: UserId,
    /// When it was used.
    pub used_at: Timestamp,
    /// The hash of what the browser that used it keeps; `None` if it keeps nothing.
    pub browser: Option<Hash>,
    /// Where it led: a path of our own.
    pub next: Option<String>,
    /// What its use gave, or the newest repetition of that.
    pub issued: IssuedSecret,
}

/// What the use of a link gave, by the hash of its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuedSecret {
    /// A session.
    Session(Hash),
    /// To a person without an organization, the right to create one.
    OrgCreation(Hash),
}

/// What a repetition gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reissued {
    /// A session in the place of the lost one.
    Session(Session),
    /// The same right to create an organization, under another secret, with the person who has it.
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

impl UsedLink {
    /// Whether a request at `now` from the browser that keeps `browser` repeats the one that used the link.
    #[must_use]
    pub fn is_repeated_by(&self, browser: Option<Hash>, now: Timestamp) -> bool {
        self.browser.is_some() && self.browser == browser && now < add(self.used_at, LINK_REPEAT_PERIOD)
    }

    pub(crate) fn encode(&self) -> Result<Attributes, Corrupt> {
        let form = UsedLinkItem {
            user: self.user.to_string(),
            used_at: At(self.used_at),
            browser: self.browser.map(|hash| hash.to_string()),
            next: self.next.clone(),
            issued: match self.issued {
                IssuedSecret::Session(hash) => IssuedItem::Session(hash.to_string()),
                IssuedSecret::OrgCreation(hash) => IssuedItem::OrgCreation(hash.to_string()),
            },
        };
        let mut item = to_item(&Key::used_link(self.secret_hash), &form)?;
        // As long as its owner may still be signed in by it, and open the email again.
        item.extend([expires(self.used_at, SESSION_MAX_AGE.as_secs())]);
        Ok(item)
    }

    pub(crate) fn decode(secret_hash: Hash, item: Attributes) -> Result<Self, Corrupt> {
        let item: UsedLinkItem = from_item(item)?;
        let hash = |text: &str| text.parse().map_err(|()| Corrupt::because("what a used link gave"));
        Ok(Self {
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
}

impl Store {
    /// Gives what a used link gave once more, under `secret`, at `now`. A session in whose place it comes ends [`LEFT`]
    /// later, so that of two requests at once each gives one that works. `None` if what was given is not there to be
    /// replaced: it was ended or used.
    ///
    /// # Errors
    /// [`Error::Conflict`] when another repetition was faster; [`Error::Unavailable`] and [`Error::Corrupt`].
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
        self.repeated(actions, Reissued::Session(session)).await
    }

    async fn reissue_org_creation_grant(
        &self,
        used: &UsedLink,
        lost: Hash,
        secret: &Secret,
    ) -> Result<Option<Reissued>, Error> {
        let Some((proof, person)) = self.load_org_creation_grant(lost).await? else { return Ok(None) };
        let unused = Only::If("attribute_exists(pk) AND attribute_not_exists(used_for)", HashMap::new());
        let again = OrgCreationGrant { secret_hash: secret.hash(), used_for: None, ..proof };
        let actions = vec![
            self.replace_issued_secret(used, "founding", lost, secret)?,
            delete(&self.table, &Key::org_creation_grant(lost), Some(unused))?,
            put(&self.table, org_creation_grant::encode(&again)?, Some(Only::New))?,
        ];
        self.repeated(actions, Reissued::OrgCreation(person.value)).await
    }

    /// The first action of a repetition: `secret` takes the place of the `lost` one.
    fn replace_issued_secret(
        &self,
        used: &UsedLink,
        kind: &str,
        lost: Hash,
        secret: &Secret,
    ) -> Result<TransactWriteItem, Error> {
        let text = |hash: Hash| AttributeValue::S(hash.to_string());
        update(
            &self.table,
            &Key::used_link(used.secret_hash),
            "SET given.#kind = :given",
            Some("given.#kind = :lost"),
            HashMap::from([("#kind".to_owned(), kind.to_owned())]),
            values([(":given", text(secret.hash())), (":lost", text(lost))]),
        )
    }

    async fn repeated(
        &self,
        actions: Vec<TransactWriteItem>,
        repeated: Reissued,
    ) -> Result<Option<Reissued>, Error> {
        match self.transact(actions).await? {
            Transacted::Done => Ok(Some(repeated)),
            Transacted::Cancelled(reasons) if failed(&reasons, 0) => Err(Error::Conflict),
            Transacted::Cancelled(_) => Ok(None),
        }
    }
}
