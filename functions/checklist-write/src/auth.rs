//! Who asks for a change: somebody with a session, or somebody for whom the host app vouches.

use domain::{
    org::Org,
    people::{Member, Session, SessionToken},
};
use host::embed::{EmbedToken, EmbedTokenError};
use http::{HeaderMap, header::ORIGIN};
use jiff::Timestamp;
use store::Stored;
use web::Problem;

use crate::{App, change::store_problem};

/// What a request brings to show who asks.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// The session of a browser.
    Session(SessionToken),
    /// The host app's token, and the origin of the page that sends it, if a browser says so.
    Token(String, Option<String>),
    /// Nothing.
    Nobody,
}

/// Who that is, and the organization that they are in, all from one consistent read.
#[derive(Debug)]
pub struct Found {
    pub org: Stored<Org>,
    /// `None` where the session ended, or the membership.
    pub member: Option<Member>,
    /// The session, if it is by one.
    pub session: Option<Session>,
}

impl Credentials {
    /// Reads a request. Where there is a token, cookies are gone already: it alone counts.
    pub fn of(headers: &HeaderMap) -> Self {
        let from = || headers.get(ORIGIN).and_then(|from| from.to_str().ok()).map(str::to_owned);
        match (web::bearer(headers), web::session::token(headers)) {
            (Some(token), None) => Self::Token(token.to_owned(), from()),
            (None, Some(token)) => Self::Session(token),
            // Both would mean that the door left a cookie where a token is.
            (Some(_), Some(_)) | (None, None) => Self::Nobody,
        }
    }

    /// Finds who it is.
    ///
    /// # Errors
    /// 401, or what the table's failure is told as.
    pub async fn find(&self, app: &App, now: Timestamp) -> Result<Found, Problem> {
        match self {
            Self::Nobody => Err(Problem::unauthorized()),
            Self::Session(token) => {
                let found = app.store.load_session(token).await.map_err(store_problem)?;
                let found = found.ok_or_else(Problem::unauthorized)?;
                Ok(Found { member: found.authorize(now), session: Some(found.session), org: found.org })
            }
            Self::Token(token, from) => {
                let refused = |why: EmbedTokenError| Problem::invalid_token(&why);
                let proven = app.keys.verify(now, |keys| EmbedToken::verify(token, keys, now)).await;
                let token = proven.map_err(refused)?;
                token.check_origin(from.as_deref()).map_err(refused)?;
                let found = app
                    .store
                    .load_embed_session(token.organization, token.user)
                    .await
                    .map_err(store_problem)?;
                let found = found.ok_or_else(|| refused(EmbedTokenError::NotAMember))?;
                let member = found.authorize().ok_or_else(|| refused(EmbedTokenError::NotAMember))?;
                Ok(Found { org: found.org, member: Some(member), session: None })
            }
        }
    }
}
