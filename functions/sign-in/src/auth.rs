//! Authentication of requests by the session cookie.

use axum::response::Response;
use domain::{
    id::UserId,
    people::{Admin, Member, Role, SessionToken},
};
use http::HeaderMap;
use jiff::Timestamp;
use store::SignedIn;
use ui::{NavItem, Person};
use web::{Kind, Problem, ResponseFormat};

use crate::App;

/// A signed-in user. Only [`App::authenticate`] creates it.
pub struct AuthenticatedUser {
    pub token: SessionToken,
    pub found: SignedIn,
    pub member: Member,
    pub now: Timestamp,
}

impl App {
    /// Authenticates a request by its session cookie, with one consistent read of session, user,
    /// membership, and organization. Also records the use of the session.
    ///
    /// # Errors
    /// 401 if there is no valid session.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<AuthenticatedUser, Problem> {
        let token = web::session::token(headers).ok_or_else(Problem::unauthorized)?;
        let found = self.store.load_session(&token).await?;
        let found = found.ok_or_else(Problem::unauthorized)?;
        let now = self.clock.now();
        let member = found.authorize(now).ok_or_else(Problem::unauthorized)?;
        self.store.record_use(&token, &found.session, now).await;
        Ok(AuthenticatedUser { token, found, member, now })
    }

    /// Returns whether the request has a valid session of `user`. Returns `false` if the read
    /// fails.
    pub async fn is_signed_in(&self, headers: &HeaderMap, user: UserId) -> bool {
        let Some(token) = web::session::token(headers).filter(|token| token.user == user) else {
            return false;
        };
        let found = self.store.try_load_session(&token).await;
        found.is_some_and(|found| found.authorize(self.clock.now()).is_some())
    }
}

impl AuthenticatedUser {
    /// Authorizes the user as an admin.
    ///
    /// # Errors
    /// 403 if they are not an admin.
    pub fn admin(&self) -> Result<Admin, Problem> {
        self.member.admin().ok_or_else(Problem::forbidden)
    }

    /// Returns the user for the page header. `here` is the menu item of the current page.
    pub fn person(&self, here: Option<NavItem>) -> Person<'_> {
        Person {
            name: self.found.user.value.name.as_str(),
            organization: self.found.org.value.name.as_str(),
            admin: self.member.role() == Role::Admin,
            here,
        }
    }
}

/// Converts an outcome into a response. A browser without a session is redirected to the sign-in
/// page. After signing in, the browser opens the path `back`.
pub fn respond(wants: ResponseFormat, back: &str, outcome: Result<Response, Problem>) -> Response {
    match outcome {
        Ok(response) => response,
        Err(problem) if wants == ResponseFormat::Page && problem.kind == Kind::Unauthorized => {
            web::to_login(back)
        }
        Err(problem) => web::problem_response(wants, problem),
    }
}
