//! Identifies the user who sends the sign-up form, if they already have an account.

use domain::{
    people::{ORG_CREATION_GRANT_TTL, User},
    secret::Secret,
    time,
};
use jiff::Timestamp;
use store::{OrgCreationGrant, Stored};
use web::{FormRequest, Kind, Problem, auth::AuthenticatedUser};

use crate::{App, words};

/// Who sends a sign-up form.
pub enum Requester {
    /// A user without an account, whom only the form describes.
    Visitor,
    /// A user with a session.
    SignedIn(Box<AuthenticatedUser>),
    /// A user without an organization, identified by the organization grant from their sign-in
    /// link.
    CreationGrant(OrgCreationGrant, Box<Stored<User>>),
}

impl Requester {
    /// Returns the user, or `None` for a visitor.
    pub fn user(&self) -> Option<&Stored<User>> {
        match self {
            Self::Visitor => None,
            Self::SignedIn(user) => Some(&user.found.user),
            Self::CreationGrant(_, user) => Some(user),
        }
    }

    pub fn signed_in(&self) -> Option<&AuthenticatedUser> {
        match self {
            Self::SignedIn(user) => Some(user),
            _ => None,
        }
    }

    pub const fn creation_grant(&self) -> Option<&OrgCreationGrant> {
        match self {
            Self::CreationGrant(grant, _) => Some(grant),
            _ => None,
        }
    }

    /// Returns when the user used the sign-in link from which their session or grant comes.
    ///
    /// Returns `None` for a visitor, and for a session that comes from a sign-up or an invitation
    /// link.
    pub fn signed_in_at(&self) -> Option<Timestamp> {
        match self {
            Self::Visitor => None,
            Self::SignedIn(user) => user.found.session.signed_in_at,
            Self::CreationGrant(grant, _) => Some(time::add(grant.expires_at, -ORG_CREATION_GRANT_TTL)),
        }
    }
}

/// Loads the user of the session. Without a valid session, loads the user of the organization grant
/// in the form.
///
/// # Errors
/// 409 if the grant has expired or is unknown. A form with a grant contains no name and address, so
/// the sign-up needs the user of the grant.
pub async fn load_requester(app: &App, request: &FormRequest) -> Result<Requester, Problem> {
    let now = app.clock.now();
    let user = AuthenticatedUser::load(&app.store, app.config.session_idle, &request.headers, now).await?;
    let grant = request.fields()?.get("founding");
    if let Some(user) = user {
        return Ok(Requester::SignedIn(Box::new(user)));
    }
    let Some(grant) = grant else { return Ok(Requester::Visitor) };
    let secret: Secret = grant.parse().map_err(|()| form_expired())?;
    let found = app.store.load_org_creation_grant(secret.hash()).await?;
    let found = found.filter(|(grant, _)| now < grant.expires_at);
    let (grant, user) = found.ok_or_else(form_expired)?;
    Ok(Requester::CreationGrant(grant, Box::new(user)))
}

/// Returns the problem of a form whose organization grant has expired, was used, or is unknown.
pub fn form_expired() -> Problem {
    Problem::new(Kind::Conflict, words::form_expired())
}
