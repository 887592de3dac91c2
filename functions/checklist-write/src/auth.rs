//! Authentication of a change, by a session or by an embed token.

use domain::{
    org::Org,
    people::{Member, Session, SessionToken},
};
use host_auth::embed::{EmbedToken, EmbedTokenError};
use http::{HeaderMap, header::ORIGIN};
use jiff::Timestamp;
use store::Stored;
use web::Problem;

use crate::App;

/// The credentials of a request, which are not verified yet.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// The session token of a cookie.
    Session(SessionToken),
    /// An embed token, and the origin of the page that sends it. The origin is `None` if the
    /// browser sends no `Origin` header.
    Token(String, Option<String>),
    None,
}

/// The authenticated user and their organization, from one consistent read.
#[derive(Debug)]
pub struct Authenticated {
    pub org: Stored<Org>,
    /// `None` if the session or the membership has ended.
    pub member: Option<Member>,
    /// `None` if an embed token authenticated the request.
    pub session: Option<Session>,
}

impl Credentials {
    /// Reads the credentials of a request. If the request has an embed token, the security
    /// middleware has already removed its cookies.
    pub fn of(headers: &HeaderMap) -> Self {
        let origin = || headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()).map(str::to_owned);
        match (web::bearer(headers), web::session::token(headers)) {
            (Some(token), None) => Self::Token(token.to_owned(), origin()),
            (None, Some(token)) => Self::Session(token),
            // A cookie and a token together are not trusted. The middleware would have removed the
            // cookie.
            (Some(_), Some(_)) | (None, None) => Self::None,
        }
    }

    /// Verifies the credentials, and loads the user and the organization.
    ///
    /// # Errors
    /// 401 for invalid credentials, or the problem of a failed read.
    pub async fn authenticate(&self, app: &App, now: Timestamp) -> Result<Authenticated, Problem> {
        match self {
            Self::None => Err(Problem::unauthorized()),
            Self::Session(token) => {
                let found = app.store.load_session(token).await?;
                let found = found.ok_or_else(Problem::unauthorized)?;
                Ok(Authenticated {
                    member: found.authorize(now),
                    session: Some(found.session),
                    org: found.org,
                })
            }
            Self::Token(token, origin) => {
                let invalid = |why: EmbedTokenError| Problem::invalid_token(&why);
                let verified = app.keys.verify(now, |keys| EmbedToken::verify(token, keys, now)).await;
                let token = verified.map_err(invalid)?;
                token.check_origin(origin.as_deref()).map_err(invalid)?;
                let found = app.store.load_embed_session(token.organization, token.user).await?;
                let found = found.ok_or_else(|| invalid(EmbedTokenError::NotAMember))?;
                let member = found.authorize().ok_or_else(|| invalid(EmbedTokenError::NotAMember))?;
                Ok(Authenticated { org: found.org, member: Some(member), session: None })
            }
        }
    }
}
