//! Authentication of requests by the session cookie.

use domain::id::UserId;
use http::HeaderMap;
use web::{Problem, auth::AuthenticatedUser};

use crate::App;

impl App {
    /// Authenticates a request by its session cookie. Also records the use of the session.
    ///
    /// # Errors
    /// 401 if there is no valid session.
    pub async fn authenticate(&self, headers: &HeaderMap) -> Result<AuthenticatedUser, Problem> {
        let now = self.clock.now();
        let user = AuthenticatedUser::authenticate(&self.store, self.session_idle, headers, now).await?;
        user.record_use(&self.store).await;
        Ok(user)
    }

    /// Returns whether the request has a valid session of `user`. Returns `false` if the read
    /// fails.
    pub async fn is_signed_in(&self, headers: &HeaderMap, user: UserId) -> bool {
        web::session::token(headers).is_some_and(|token| token.user == user)
            && self.signed_in(headers).await.is_some()
    }

    /// Loads the user for a public page, which works without one.
    pub async fn signed_in(&self, headers: &HeaderMap) -> Option<AuthenticatedUser> {
        AuthenticatedUser::try_load(&self.store, self.session_idle, headers, self.clock.now()).await
    }
}
