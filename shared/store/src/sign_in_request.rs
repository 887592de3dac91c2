use std::{fmt, str::FromStr};

use domain::{address::Address, delivery::Delivery, limit::RateLimitWindow, people::User, secret::Hash};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    client::{Attributes, Store, Stored, Transacted},
    error::{Corrupt, Error},
    item::{At, DeliveryItem, MailPlace, from_item, to_item},
    key::{Key, shard},
    limit::reached,
    link::{self, Link},
    session::expires,
    update::{Change, Only, change, number, put},
};

/// The id of a request for a sign-in link: random, and known to nobody outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SignInRequestId(Hash);

impl SignInRequestId {
    /// An id of fresh random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Hash::of(&[b"asked", &bytes]))
    }
}

impl fmt::Display for SignInRequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for SignInRequestId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().map(Self)
    }
}

/// A request for a sign-in link. It is written alike for known and unknown addresses; whoever sends finds out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRequest {
    /// Its id.
    pub id: SignInRequestId,
    /// The address that was given.
    pub address: Address,
    /// Where to go after signing in: a path of our own.
    pub next: Option<String>,
    /// When it was asked.
    pub requested_at: Timestamp,
    /// The hash of what the browser that asked was given to keep, where a browser was.
    pub browser: Option<Hash>,
    /// Where its mail stands.
    pub delivery: Delivery,
}

/// How asking ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInRequestResult {
    /// It was written down.
    Recorded,
    /// A limit is reached; the attempt was counted.
    Limited(RateLimitWindow),
}

#[derive(Debug, Serialize, Deserialize)]
struct SignInRequestItem {
    id: String,
    address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(rename = "asked_at")]
    requested_at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    browser: Option<String>,
    mail: DeliveryItem,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mail_pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mail_at: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mail_ready: Option<At>,
}

pub(crate) fn encode(asked: &SignInRequest, version: u64) -> Result<Attributes, Corrupt> {
    let key = Key::sign_in_request(asked.id);
    let place = MailPlace::of(shard(&key.pk), asked.delivery.due_at(), asked.delivery.review_since());
    let form = SignInRequestItem {
        id: asked.id.to_string(),
        address: asked.address.as_str().to_owned(),
        next: asked.next.clone(),
        requested_at: At(asked.requested_at),
        browser: asked.browser.map(|hash| hash.to_string()),
        mail: DeliveryItem::from(&asked.delivery),
        mail_ready: place.at.filter(|_| asked.delivery.is_fresh()),
        mail_pk: place.pk,
        mail_at: place.at,
    };
    let mut item = to_item(&key, &form)?;
    item.insert("version".to_owned(), number(version));
    item.extend([expires(asked.requested_at, 24 * 3600)]);
    Ok(item)
}

pub(crate) fn decode(item: Attributes) -> Result<Stored<SignInRequest>, Corrupt> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u64,
        #[serde(flatten)]
        asked: SignInRequestItem,
    }
    let Versioned { version, asked } = from_item(item.clone())?;
    let value = SignInRequest {
        id: asked.id.parse().map_err(|()| Corrupt::because("id of a request for a link"))?,
        address: Address::from_stored(asked.address),
        next: asked.next,
        requested_at: asked.requested_at.0,
        browser: link::read_browser(asked.browser)?,
        delivery: asked.mail.into(),
    };
    Ok(Stored { value, version, item })
}

impl Store {
    /// Writes down a request for a sign-in link and counts it, in one transaction.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Conflict`].
    pub async fn request_sign_in(
        &self,
        asked: &SignInRequest,
        limits: &[RateLimitWindow],
    ) -> Result<SignInRequestResult, Error> {
        let mut actions = limits.iter().map(|window| self.count(window)).collect::<Result<Vec<_>, _>>()?;
        actions.push(put(&self.table, encode(asked, 1)?, Some(Only::New))?);
        let Transacted::Cancelled(reasons) = self.transact(actions).await? else {
            return Ok(SignInRequestResult::Recorded);
        };
        let Some(window) = reached(limits, &reasons) else { return Err(Error::Conflict) };
        self.count_rejected_attempt(limits).await?;
        Ok(SignInRequestResult::Limited(window))
    }

    /// A request for a sign-in link, with the account of its address, if there is one.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_sign_in_request(
        &self,
        id: SignInRequestId,
    ) -> Result<Option<(Stored<SignInRequest>, Option<User>)>, Error> {
        let Some(item) = self.get(&Key::sign_in_request(id)).await? else { return Ok(None) };
        let asked = decode(item)?;
        let user = self.load_user_of(&asked.value.address).await?;
        Ok(Some((asked, user.map(|user| user.value))))
    }

    /// Writes how a request's mail stands now, with the link that goes out in it, all or nothing.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody wrote meanwhile; [`Error::Unavailable`].
    pub async fn commit_sign_in_request(
        &self,
        before: &Stored<SignInRequest>,
        after: &SignInRequest,
        link: Option<&Link>,
    ) -> Result<Stored<SignInRequest>, Error> {
        let version = before.version + 1;
        let old = encode(&before.value, before.version)?;
        let (mut actions, mut item) = (Vec::new(), before.item.clone());
        if let Some(difference) = Change::with_index(&before.item, &old, &encode(after, version)?) {
            item = difference.applied_to(&item);
            let only = Only::Version(before.version);
            actions.push(change(&self.table, &Key::sign_in_request(after.id), difference, only)?);
        }
        if let Some(link) = link {
            actions.push(put(&self.table, link.encode()?, Some(Only::New))?);
        }
        match self.transact(actions).await? {
            Transacted::Done => Ok(Stored { value: after.clone(), version, item }),
            Transacted::Cancelled(_) => Err(Error::Conflict),
        }
    }
}
