//! Authentication by the session cookie.

use axum::http::HeaderMap;
use domain::{
    billing::ListPrice,
    people::{Admin, IdleTimeout, Member, ReturnUrl, SessionToken},
};
use jiff::Timestamp;
use store::{SignedIn, Store};
use ui::{BackLink, NavItem, Person};

use crate::{Problem, request_scope, session};

/// A signed-in user. Only the functions of this type create one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthenticatedUser {
    /// The token in the session cookie.
    pub token: SessionToken,
    /// The session with its user, role, and organization.
    pub found: SignedIn,
    /// Proof that the user is a member of the organization.
    pub member: Member,
    /// Time of the request.
    pub now: Timestamp,
}

impl AuthenticatedUser {
    /// Authenticates a request, with one consistent read of session, user, membership, and
    /// organization. Does not record the use of the session.
    ///
    /// # Errors
    /// 401 if the request has no valid session, or the problem of a failed read.
    pub async fn authenticate(
        store: &Store,
        idle: IdleTimeout,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        Self::load(store, idle, headers, now).await?.ok_or_else(Problem::unauthorized)
    }

    /// Like [`authenticate`](Self::authenticate), but returns `None` without a valid session. Reads
    /// nothing without a session cookie.
    ///
    /// # Errors
    /// The error of a failed read.
    pub async fn load(
        store: &Store,
        idle: IdleTimeout,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Option<Self>, store::Error> {
        match session::token(headers) {
            Some(token) => Self::load_by_token(store, idle, token, now).await,
            None => Ok(None),
        }
    }

    /// Authenticates a request like [`authenticate`](Self::authenticate), with the prices of these
    /// ids from the same read.
    ///
    /// # Errors
    /// 401 if the request has no valid session, or the problem of a failed read.
    pub async fn authenticate_with_prices(
        store: &Store,
        idle: IdleTimeout,
        token: SessionToken,
        ids: [&str; 2],
        now: Timestamp,
    ) -> Result<(Self, [Option<ListPrice>; 2]), Problem> {
        let found = store.load_session_and_prices(&token, ids).await?;
        let user = found.and_then(|(found, prices)| Some((Self::of(token, found, idle, now).ok()?, prices)));
        user.ok_or_else(Problem::unauthorized)
    }

    /// Like [`load`](Self::load), with the token of the session cookie.
    pub(super) async fn load_by_token(
        store: &Store,
        idle: IdleTimeout,
        token: SessionToken,
        now: Timestamp,
    ) -> Result<Option<Self>, store::Error> {
        let found = store.load_session(&token).await?;
        Ok(found.and_then(|found| Self::of(token, found, idle, now).ok()))
    }

    /// Loads the user for a public page. Also returns `None` if the read fails or takes longer than
    /// a second, because the page works without a user.
    pub async fn try_load(
        store: &Store,
        idle: IdleTimeout,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Option<Self> {
        Self::try_find(store, idle, headers, now).await?.ok()
    }

    /// Like [`try_load`](Self::try_load), but returns the stored state of an invalid session as an
    /// error.
    pub async fn try_find(
        store: &Store,
        idle: IdleTimeout,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Option<Result<Self, Box<SignedIn>>> {
        let token = session::token(headers)?;
        let found = store.try_load_session(&token).await?;
        Some(Self::of(token, found, idle, now))
    }

    fn of(
        token: SessionToken,
        found: SignedIn,
        idle: IdleTimeout,
        now: Timestamp,
    ) -> Result<Self, Box<SignedIn>> {
        match found.authorize(idle, now) {
            Some(member) => {
                let user = Self { token, found, member, now };
                request_scope::set_viewer(&user.person(None));
                Ok(user)
            }
            None => Err(Box::new(found)),
        }
    }

    /// Updates the last-seen time of the session, at most once per hour. A failed write is only
    /// logged.
    ///
    /// The write is a second round trip. It must wait for the read, and a Lambda function cannot
    /// work after its response.
    pub async fn record_use(&self, store: &Store) {
        store.record_use(&self.token, &self.found.session, self.now).await;
    }

    /// Authorizes the user as an admin.
    ///
    /// # Errors
    /// 403 if they are not an admin.
    pub fn admin(&self) -> Result<Admin, Problem> {
        self.member.admin().ok_or_else(Problem::forbidden)
    }

    /// Checks that the session did not begin with a portal link of the host app. `next` is the page
    /// where the user can do the same after a sign-in by email.
    ///
    /// # Errors
    /// 403 for a portal session, with the page of the sign-in.
    pub fn require_own_sign_in(&self, next: &str) -> Result<(), Problem> {
        match &self.found.session.return_url {
            None => Ok(()),
            Some(from) => Err(Problem::portal_session(from.host(), next)),
        }
    }

    /// Returns the user for the page header. `here` is the menu item of the current page.
    #[must_use]
    pub fn person(&self, here: Option<NavItem>) -> Person<'_> {
        Person {
            name: self.found.user.value.name.as_str(),
            organization: self.found.org.value.name.as_str(),
            admin: self.member.admin().is_some(),
            here,
            back: self.found.session.return_url.as_ref().map(back_link),
        }
    }
}

/// Returns the link of the page header that leads back to the host app.
#[must_use]
pub fn back_link(url: &ReturnUrl) -> BackLink<'_> {
    BackLink { url: url.as_str(), host: url.host() }
}
