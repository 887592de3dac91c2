//! Authentication by the session cookie or by an embed token, which the host app signs.

use axum::http::{HeaderMap, header::ORIGIN};
use domain::{
    org::Org,
    people::{Admin, IdleTimeout, Member, ReturnUrl, Session, SessionToken, User},
};
use host_auth::{
    Keys,
    embed::{EmbedToken, EmbedTokenError},
};
use jiff::Timestamp;
use runtime::{Aws, SecretCache, SecretFormat, SecretSource};
use store::{Store, Stored};
use telemetry::LogArea;

use super::session::AuthenticatedUser;
use crate::{Problem, bearer, session};

/// The credentials of a request, which are not verified yet.
pub enum Credentials {
    /// The session token of the cookie.
    Session(SessionToken),
    /// An embed token, and the origin of the page that sends it. The origin is `None` if the
    /// browser sends no `Origin` header.
    EmbedToken(String, Option<String>),
}

/// How a request was authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    /// A session cookie, for Onramp's own pages.
    Session,
    /// An embed token, for pages of the host app. The value is the origin to which the token is
    /// bound, if any.
    HostApp(Option<String>),
}

/// A member whom a session or an embed token authenticates. Only [`Credentials::authenticate`] and
/// [`From<AuthenticatedUser>`] create one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthenticatedMember {
    /// Proof that the user is a member of the organization.
    pub member: Member,
    /// The user who sent the request.
    pub user: Stored<User>,
    /// The organization of the session or of the embed token.
    pub org: Stored<Org>,
    /// When the membership of a session began, or `None` for an embed token.
    pub since: Option<Timestamp>,
    /// How the request was authenticated.
    pub method: AuthMethod,
    /// Time of the request.
    pub now: Timestamp,
    session: Option<(SessionToken, Session)>,
}

/// Creates the cache of the keys with which the host app signs embed tokens and events.
#[must_use]
pub fn host_keys(source: SecretSource<Keys>, aws: &Aws) -> SecretCache<Keys> {
    let format = SecretFormat {
        name: "host app keys",
        area: LogArea::Access,
        expected: Keys::EXPECTED,
        parse: Box::new(Keys::parse),
    };
    SecretCache::new(source, aws, format)
}

impl Credentials {
    /// Reads the credentials of a request to a route that accepts both kinds.
    ///
    /// A cookie and a token together are not trusted. The [security middleware](crate::secure())
    /// has already removed the cookies of a request with a token.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        match (bearer(headers), session::token(headers)) {
            (Some(token), None) => {
                let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
                Some(Self::EmbedToken(token.to_owned(), origin.map(str::to_owned)))
            }
            (None, Some(token)) => Some(Self::Session(token)),
            (Some(_), Some(_)) | (None, None) => None,
        }
    }

    /// Verifies the credentials, with one consistent read of session, user, membership, and
    /// organization. Does not record the use of a session.
    ///
    /// # Errors
    /// 401 for invalid credentials, or the problem of a failed read. For an embed token, the
    /// problem contains the reason, which is safe to show to the sender of the token.
    pub async fn authenticate(
        &self,
        store: &Store,
        keys: &SecretCache<Keys>,
        idle: IdleTimeout,
        now: Timestamp,
    ) -> Result<AuthenticatedMember, Problem> {
        let (token, origin) = match self {
            Self::Session(token) => {
                let user = AuthenticatedUser::load_by_token(store, idle, token.clone(), now).await?;
                return user.map(AuthenticatedMember::from).ok_or_else(Problem::unauthorized);
            }
            Self::EmbedToken(token, origin) => (token, origin.as_deref()),
        };
        let invalid = |why: EmbedTokenError| Problem::invalid_token(&why);
        let verify = |keys: &Keys| EmbedToken::verify(token, keys, now);
        let token =
            keys.verify(now, verify, |error| *error == EmbedTokenError::Key).await.map_err(invalid)?;
        token.check_origin(origin).map_err(invalid)?;
        // The error is the same for a user who is not a member and for an organization that does
        // not exist. So it does not reveal which organizations exist.
        let not_a_member = || invalid(EmbedTokenError::NotAMember);
        let found = store.load_embed_session(token.organization, token.user).await?;
        let found = found.ok_or_else(not_a_member)?;
        Ok(AuthenticatedMember {
            member: found.authorize().ok_or_else(not_a_member)?,
            user: found.user,
            org: found.org,
            since: None,
            method: AuthMethod::HostApp(token.origin),
            now,
            session: None,
        })
    }
}

impl AuthenticatedMember {
    /// Authorizes the member as an admin.
    ///
    /// # Errors
    /// 403 if they are not an admin.
    pub fn admin(&self) -> Result<Admin, Problem> {
        self.member.admin().ok_or_else(Problem::forbidden)
    }

    /// Returns the page of the host app to which the user returns, in a portal session.
    #[must_use]
    pub fn return_url(&self) -> Option<&ReturnUrl> {
        self.session.as_ref()?.1.return_url.as_ref()
    }

    /// Updates the last-seen time of the session, if there is one. See
    /// [`AuthenticatedUser::record_use`].
    pub async fn record_use(&self, store: &Store) {
        if let Some((token, session)) = &self.session {
            store.record_use(token, session, self.now).await;
        }
    }
}

impl From<AuthenticatedUser> for AuthenticatedMember {
    fn from(AuthenticatedUser { token, found, member, now }: AuthenticatedUser) -> Self {
        Self {
            member,
            user: found.user,
            org: found.org,
            since: found.member_since,
            method: AuthMethod::Session,
            now,
            session: Some((token, found.session)),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{
        HeaderValue,
        header::{AUTHORIZATION, COOKIE},
    };

    use super::*;

    const COOKIE_TEXT: &str = "__Host-s=org_0198c0de-0000-7000-8000-000000000001.usr_0198c0de-0000-7000-8000-000000000002.\
         5ec2e70000000000000000000000000000000000000000000000000000000001";

    #[test]
    fn cookie_and_token_together_are_not_trusted() {
        let (cookie, token) = ((COOKIE, COOKIE_TEXT), (AUTHORIZATION, "Bearer a.b.c"));
        let origin = (ORIGIN, "https://app.example.com");
        for (headers, expected) in [
            (vec![], "none"),
            (vec![cookie.clone()], "session"),
            (vec![token.clone()], "a.b.c"),
            (vec![token.clone(), origin], "a.b.c of https://app.example.com"),
            (vec![cookie, token], "none"),
        ] {
            let headers =
                headers.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
            let actual = match Credentials::of(&headers) {
                None => "none".to_owned(),
                Some(Credentials::Session(_)) => "session".to_owned(),
                Some(Credentials::EmbedToken(token, None)) => token,
                Some(Credentials::EmbedToken(token, Some(origin))) => format!("{token} of {origin}"),
            };
            assert_eq!(actual, expected, "{headers:?}");
        }
    }
}
