//! Sessions, and the stored state that decides whether a request with a session token or an embed
//! token is authorized.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::{
    billing::ListPrice,
    id::{OrgId, UserId},
    org::Org,
    people::{IdleTimeout, Member, Role, Session, SessionToken, User},
    secret::{Hash, Secret},
};
use jiff::Timestamp;

use crate::{
    at::At,
    attributes::{Attributes, text, values},
    client::{Store, Stored, Transacted},
    error::{Corrupt, Error},
    keys::{Key, SESSION},
    price,
    schema::{
        member, org,
        session::{decode, encode},
        user,
    },
    update::{Only, check, put, update},
};

/// How long a public page waits for the session. After this time, the page is rendered without a
/// session.
const TRY_LOAD_TIMEOUT: Duration = Duration::from_secs(1);

/// A session with its user, role, and organization, from one consistent read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The session of the token.
    pub session: Session,
    /// The user of the session.
    pub user: Stored<User>,
    /// The role of the user, or `None` if the membership of the session ended.
    pub role: Option<Role>,
    /// When the present membership of the user began, or `None` if the user is not a member. It can be
    /// a later membership than that of the session.
    pub member_since: Option<Timestamp>,
    /// The organization of the session.
    pub org: Stored<Org>,
}

impl SignedIn {
    /// Returns the proof of membership if the session is valid at `now`, and `None` otherwise.
    #[must_use]
    pub fn authorize(&self, idle: IdleTimeout, now: Timestamp) -> Option<Member> {
        Member::authorize(&self.session, &self.user.value, self.role, idle, now)
    }

    /// Returns whether only the end of the membership made the session invalid. If the user joined
    /// again, they are a member.
    #[must_use]
    pub fn is_former_member(&self, idle: IdleTimeout, now: Timestamp) -> bool {
        self.member_since.is_none() && self.session.is_alive(&self.user.value, idle, now)
    }
}

/// The stored state behind an embed token, from one consistent read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbedSession {
    /// The user that the token names.
    pub user: Stored<User>,
    /// The role of the user, or `None` if the user is not a member.
    pub role: Option<Role>,
    /// The organization that the token names.
    pub org: Stored<Org>,
}

impl EmbedSession {
    /// Returns the proof of membership, if the user is a member.
    #[must_use]
    pub fn authorize(&self) -> Option<Member> {
        Member::for_embed(self.org.value.id, &self.user.value, self.role)
    }
}

/// The keys of the items of a session: the session, its user, the membership, and the organization.
fn session_keys(token: &SessionToken) -> [Key; 4] {
    [
        Key::session(token.user, token.secret.hash()),
        Key::user(token.user),
        Key::member(token.org, token.user),
        Key::org(token.org),
    ]
}

/// Decodes the items of [`session_keys`].
fn signed_in(
    token: &SessionToken,
    [session, user, membership, org]: [Option<Attributes>; 4],
) -> Result<Option<SignedIn>, Error> {
    let (Some(session), Some(user), Some(org)) = (session, user, org) else { return Ok(None) };
    let session = decode(session)?;
    if session.org != token.org || session.user != token.user {
        return Ok(None);
    }
    let user = user::decode(user)?;
    let membership = membership.map(member::decode).transpose()?;
    let member_since = membership.as_ref().map(|membership| membership.since);
    let role = membership.and_then(|membership| session.role_by(&user.value, &membership));
    Ok(Some(SignedIn { session, user, role, member_since, org: org::decode(org)? }))
}

impl Store {
    /// Loads the session of a token with its user, membership, and organization in one consistent
    /// batch read. So a user who was removed or signed out loses access at the next request.
    ///
    /// Returns `None` if the session, its user, or its organization does not exist, or if the
    /// session belongs to a different user or organization than the token.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_session(&self, token: &SessionToken) -> Result<Option<SignedIn>, Error> {
        signed_in(token, self.get_all(&session_keys(token)).await?)
    }

    /// Loads a session like [`load_session`](Self::load_session), together with the prices of these
    /// ids in the same batch read. A price that is not stored is `None`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_session_and_prices(
        &self,
        token: &SessionToken,
        [one, other]: [&str; 2],
    ) -> Result<Option<(SignedIn, [Option<ListPrice>; 2])>, Error> {
        let [session, user, member, org] = session_keys(token);
        let keys = [session, user, member, org, Key::price(one), Key::price(other)];
        let [session, user, membership, org, first, second] = self.get_all(&keys).await?;
        let found = signed_in(token, [session, user, membership, org])?;
        let decode = |id, item: Option<Attributes>| item.and_then(|item| price::decode(id, item));
        Ok(found.map(|found| (found, [decode(one, first), decode(other, second)])))
    }

    /// Loads the session of a token for a public page. Such a page works without a session, and
    /// shows the name of a signed-in user.
    ///
    /// Also returns `None` if the read fails or takes longer than a second. So public pages stay
    /// available while the table is unavailable.
    pub async fn try_load_session(&self, token: &SessionToken) -> Option<SignedIn> {
        match tokio::time::timeout(TRY_LOAD_TIMEOUT, self.load_session(token)).await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => {
                tracing::warn!(%error, "failed to load session; rendering public page without it");
                None
            }
            Err(_) => {
                tracing::warn!("failed to load session in time; rendering public page without it");
                None
            }
        }
    }

    /// Loads a user, an organization, and the membership in one consistent batch read. So a user
    /// who was removed from the organization loses access at the next request.
    ///
    /// Returns `None` if the user or the organization does not exist.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_embed_session(&self, org: OrgId, user: UserId) -> Result<Option<EmbedSession>, Error> {
        let keys = [Key::user(user), Key::member(org, user), Key::org(org)];
        let [user, membership, org] = self.get_all(&keys).await?;
        let (Some(user), Some(org)) = (user, org) else { return Ok(None) };
        let membership = membership.map(member::decode).transpose()?;
        let role = membership.map(|membership| membership.role);
        Ok(Some(EmbedSession { user: user::decode(user)?, role, org: org::decode(org)? }))
    }
    /// Stores that a session was used at `now`. Does not create the session again if it was
    /// deleted.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the session is deleted; [`Error::Unavailable`].
    pub async fn update_last_seen(&self, token: &SessionToken, now: Timestamp) -> Result<(), Error> {
        let key = Key::session(token.user, token.secret.hash());
        let seen = values([(":now", text(&At(now)))]);
        self.update(&key, "SET seen_at = :now", "attribute_exists(pk)", seen).await
    }

    /// Stores that a session was used, unless the stored time is recent enough. A failed write is
    /// only logged, because it must not make the request fail.
    pub async fn record_use(&self, token: &SessionToken, session: &Session, now: Timestamp) {
        if !session.needs_last_seen_update(now) {
            return;
        }
        match self.update_last_seen(token, now).await {
            Ok(()) | Err(Error::Conflict) => {}
            Err(error) => tracing::warn!(%error, "failed to record session use"),
        }
    }

    /// Deletes the session of a token, if it exists.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn end_session(&self, token: &SessionToken) -> Result<(), Error> {
        self.end_session_of(token.user, token.secret.hash()).await
    }

    /// Deletes the session of a user whose secret has this hash, if it exists.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn end_session_of(&self, user: UserId, secret_hash: Hash) -> Result<(), Error> {
        self.delete(&Key::session(user, secret_hash)).await
    }

    /// Loads all stored sessions of a user, each with the hash of its secret. The result includes
    /// sessions that have ended and that DynamoDB has not deleted yet.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_sessions(&self, user: UserId) -> Result<Vec<(Hash, Session)>, Error> {
        let items = self.query(Key::user(user).pk, SESSION).await?;
        let sessions = items.into_iter().map(|item| {
            let hash = Key::of(&item).and_then(|key| key.sk.strip_prefix(SESSION)?.parse().ok());
            let hash = hash.ok_or_else(|| Corrupt::because("key of a session"))?;
            Ok((hash, decode(item)?))
        });
        sessions.collect()
    }

    /// Starts the session `to` in another organization of the user. The session `from` ends at
    /// `until`.
    ///
    /// Returns `false`, and writes nothing, if the session `from` was deleted, the user's sessions
    /// were ended, or the membership in the other organization ended in the meantime.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the table cannot be written.
    pub async fn switch_session(
        &self,
        from: &SessionToken,
        until: Timestamp,
        to: &Session,
        secret: &Secret,
    ) -> Result<bool, Error> {
        let actions = vec![
            self.in_epoch(to.user, to.org, to.epoch, None)?,
            check(&self.table, &Key::member(to.org, to.user), "attribute_exists(pk)", HashMap::new())?,
            self.end_session_at(&Key::session(from.user, from.secret.hash()), until)?,
            put(&self.table, encode(to, secret)?, Some(Only::New))?,
        ];
        Ok(matches!(self.transact(actions).await?, Transacted::Done))
    }

    /// Builds the action that ends a session at `until`, because another session replaces it. The
    /// action fails if the session does not exist.
    pub(crate) fn end_session_at(&self, key: &Key, until: Timestamp) -> Result<TransactWriteItem, Error> {
        update(
            &self.table,
            key,
            // If an earlier replacement already set `ends_at`, the session keeps that time.
            "SET ends_at = if_not_exists(ends_at, :until), expires_at = :expires",
            "attribute_exists(pk)",
            values([
                (":until", text(&At(until))),
                (":expires", AttributeValue::N(until.as_second().to_string())),
            ]),
        )
    }
}
