//! The door: who asks, with the proof of it.

use axum::response::Response;
use domain::{
    id::UserId,
    people::{Admin, Member, Role, SessionToken},
};
use http::HeaderMap;
use jiff::Timestamp;
use store::SignedIn;
use web::{
    Kind, Problem, ResponseFormat,
    ui::{NavItem, Person},
};

use crate::{App, store_problem};

/// Somebody signed in. Only [`App::admit`] makes one.
pub struct AuthenticatedUser {
    pub token: SessionToken,
    pub found: SignedIn,
    pub member: Member,
    pub now: Timestamp,
}

impl App {
    /// One consistent read: session, person, membership and organization.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<AuthenticatedUser, Problem> {
        let token = web::session::token(headers).ok_or_else(Problem::unauthorized)?;
        let found = self.store.load_session(&token).await.map_err(store_problem)?;
        let found = found.ok_or_else(Problem::unauthorized)?;
        let now = self.clock.now();
        let member = found.authorize(now).ok_or_else(Problem::unauthorized)?;
        self.store.record_use(&token, &found.session, now).await;
        Ok(AuthenticatedUser { token, found, member, now })
    }

    /// Whether the browser holds a live session of `user`.
    pub async fn is_signed_in(&self, headers: &HeaderMap, user: Option<UserId>) -> bool {
        let Some(token) = web::session::token(headers).filter(|token| Some(token.user) == user) else {
            return false;
        };
        let found = self.store.try_load_session(&token).await;
        found.is_some_and(|found| found.authorize(self.clock.now()).is_some())
    }
}

impl AuthenticatedUser {
    /// Proof that they are an admin, or 403.
    pub fn admin(&self) -> Result<Admin, Problem> {
        self.member.admin().ok_or_else(Problem::forbidden)
    }

    /// How a page greets them.
    pub fn person(&self, here: Option<NavItem>) -> Person<'_> {
        Person {
            name: self.found.user.value.name.as_str(),
            organization: self.found.org.value.name.as_str(),
            admin: self.member.role() == Role::Admin,
            here,
        }
    }
}

/// Gives the answer, or the problem in the caller's own kind. People without a session are led to sign in, and back to
/// the page `back`.
pub fn respond(wants: ResponseFormat, back: &str, outcome: Result<Response, Problem>) -> Response {
    match outcome {
        Ok(response) => response,
        Err(problem) if wants == ResponseFormat::Page && problem.kind == Kind::Unauthorized => {
            web::to_login(back)
        }
        Err(problem) => web::refuse(wants, problem),
    }
}
