//! Authentication of a change, with a session or an embed token.

use domain::people::Admin;
use jiff::Timestamp;
use web::{
    Problem,
    auth::{AuthenticatedMember, Credentials},
};

use crate::App;

/// An admin, and the state from the same consistent read. Only [`App::authenticate`] creates one.
pub struct AuthenticatedAdmin {
    pub admin: Admin,
    pub member: AuthenticatedMember,
}

impl App {
    /// Verifies the credentials of an admin.
    ///
    /// # Errors
    /// 401 for missing or invalid credentials, 403 for a user who is not an admin, or the problem
    /// of a failed read.
    pub async fn authenticate(
        &self,
        credentials: Option<&Credentials>,
        now: Timestamp,
    ) -> Result<AuthenticatedAdmin, Problem> {
        let member = self.authenticate_member(credentials, now).await?;
        Ok(AuthenticatedAdmin { admin: member.admin()?, member })
    }

    /// Verifies the credentials of a member.
    ///
    /// # Errors
    /// 401 for missing or invalid credentials, or the problem of a failed read.
    pub async fn authenticate_member(
        &self,
        credentials: Option<&Credentials>,
        now: Timestamp,
    ) -> Result<AuthenticatedMember, Problem> {
        let credentials = credentials.ok_or_else(Problem::unauthorized)?;
        credentials.authenticate(&self.store, &self.keys, self.config.session_idle, now).await
    }
}
