//! Requests for sign-in links.

use domain::{
    limits::RateLimitWindow,
    mail::Delivery,
    people::{Address, SIGN_IN_REQUEST_RETENTION, User},
    secret::Hash,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::{Attributes, expires},
    client::{Store, Stored, Transacted},
    error::{Corrupt, Error},
    keys::Key,
    limit::reached,
    link::Link,
    schema::{
        delivery::{DeliveryItem, mail_index},
        from_versioned_item, read, read_browser, to_versioned_item,
    },
    sign_in_request_id::SignInRequestId,
    update::{Change, Only, change, put},
};

/// A request for a sign-in link.
///
/// The stored data does not depend on whether the address has an account. So the response to the
/// visitor does not reveal it either. The mailer checks later whether the address has an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRequest {
    /// The ID of the request.
    pub id: SignInRequestId,
    /// The address that the visitor entered.
    pub address: Address,
    /// The path of the page to open after the sign-in.
    pub next: Option<String>,
    /// The time of the request.
    pub requested_at: Timestamp,
    /// The hash of the cookie of the requesting browser, if a browser sent the request.
    pub browser: Option<Hash>,
    /// The state of the email.
    pub delivery: Delivery,
}

impl SignInRequest {
    /// Creates a request at `now` with a pending email, and an ID from new `random` bytes.
    #[must_use]
    pub fn new(
        random: [u8; 32],
        address: Address,
        next: Option<String>,
        browser: Option<Hash>,
        now: Timestamp,
    ) -> Self {
        let id = SignInRequestId::new(random);
        Self { id, address, next, requested_at: now, browser, delivery: Delivery::pending(now) }
    }
}

/// The result of [`Store::request_sign_in`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInRequestResult {
    /// The request was stored.
    Recorded,
    /// A rate limit is reached, so the request was not stored. The attempt counts for the limits
    /// that include rejected attempts.
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
}

/// Builds the item of a sign-in request at a version.
pub(crate) fn encode(request: &SignInRequest, version: u64) -> Result<Attributes, Corrupt> {
    let key = Key::sign_in_request(request.id);
    let form = SignInRequestItem {
        id: request.id.to_string(),
        address: request.address.as_str().to_owned(),
        next: request.next.clone(),
        requested_at: At(request.requested_at),
        browser: request.browser.map(|hash| hash.to_string()),
        mail: DeliveryItem::from(&request.delivery),
    };
    let mut item = to_versioned_item(&key, &form, version)?;
    item.extend(mail_index(&key, &request.delivery));
    item.extend([expires(request.requested_at, SIGN_IN_REQUEST_RETENTION.as_secs())]);
    Ok(item)
}

/// Decodes a sign-in request with its version.
pub(crate) fn decode(item: Attributes) -> Result<Stored<SignInRequest>, Corrupt> {
    from_versioned_item(item, |form: SignInRequestItem| {
        Ok(SignInRequest {
            id: read("id of a sign-in request", &form.id)?,
            address: Address::from_stored(form.address),
            next: form.next,
            requested_at: form.requested_at.0,
            browser: read_browser(form.browser)?,
            delivery: form.mail.into(),
        })
    })
}

impl Store {
    /// Stores a sign-in request and counts the attempt for the rate limits, in one transaction.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Conflict`].
    pub async fn request_sign_in(
        &self,
        request: &SignInRequest,
        limits: &[RateLimitWindow],
    ) -> Result<SignInRequestResult, Error> {
        let mut actions = limits.iter().map(|window| self.count(window)).collect::<Result<Vec<_>, _>>()?;
        actions.push(put(&self.table, encode(request, 1)?, Some(Only::New))?);
        let Transacted::Cancelled(reasons) = self.transact(actions).await? else {
            return Ok(SignInRequestResult::Recorded);
        };
        let Some(window) = reached(limits, &reasons) else { return Err(Error::Conflict) };
        self.count_rejected_attempt(limits).await?;
        Ok(SignInRequestResult::Limited(window))
    }

    /// Loads a sign-in request with the user of its address. The user is `None` if the address has
    /// no account. Returns `None` if the request does not exist.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_sign_in_request(
        &self,
        id: SignInRequestId,
    ) -> Result<Option<(Stored<SignInRequest>, Option<User>)>, Error> {
        let Some(item) = self.get(&Key::sign_in_request(id)).await? else { return Ok(None) };
        let request = decode(item)?;
        let user = self.load_user_of(&request.value.address).await?;
        Ok(Some((request, user.map(|user| user.value))))
    }

    /// Writes the new state of a request's email and, if the email contains a new `link`, the link.
    /// Both writes are in one transaction. Writes nothing if there is neither.
    ///
    /// # Errors
    /// [`Error::Conflict`] if another write changed the request; [`Error::Unavailable`].
    pub async fn commit_sign_in_request(
        &self,
        before: &Stored<SignInRequest>,
        after: &SignInRequest,
        link: Option<&Link>,
    ) -> Result<(), Error> {
        if *after == before.value && link.is_none() {
            return Ok(());
        }
        let old = encode(&before.value, before.version)?;
        let new = encode(after, before.version + 1)?;
        let (key, only) = (Key::sign_in_request(after.id), Only::Version(before.version));
        let update = change(&self.table, &key, Change::with_index(&before.item, old, new), only)?;
        let link = link.map(|link| put(&self.table, link.encode()?, Some(Only::New))).transpose()?;
        self.commit(std::iter::once(update).chain(link).collect()).await
    }
}
