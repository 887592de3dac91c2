//! Parts of Onramp that the host app embeds. An embed token authenticates them, never a cookie.
//!
//! Their markup differs from that of Onramp's own pages:
//!
//! - Class names start with `ob-`, so they do not conflict with class names of the embedding page.
//! - Links are absolute and open outside the frame.
//! - There are no forms, because another site cannot send them. Instead, a script sends the change
//!   that the attribute `data-ob-do` names. Without a script, the link opens the page of Onramp
//!   where the user can make the change.

pub mod banner;
pub mod frame;
pub mod widget;

use axum::response::{IntoResponse, Response};
use host_auth::embed::{EmbedToken, EmbedTokenError};
use http::StatusCode;
use web::Problem;

use crate::{
    app::App,
    view::{AuthMethod, View},
};

/// Authenticates an embed token, and loads the view with one consistent read of user, membership,
/// and organization. `origin` is the origin of the embedding page, if the browser sends it.
///
/// # Errors
/// 401 for an invalid token, with the reason, which is safe to show to the sender of the token.
/// Otherwise the problem of a failed read.
pub async fn authenticate(app: &App, token: &str, origin: Option<&str>) -> Result<View, Problem> {
    let now = app.clock.now();
    let invalid = |why: EmbedTokenError| Problem::invalid_token(&why);
    let token = app.keys.verify(now, |keys| EmbedToken::verify(token, keys, now)).await.map_err(invalid)?;
    token.check_origin(origin).map_err(invalid)?;
    let found = app.store.load_embed_session(token.organization, token.user).await?;
    // The error is the same for a user who is not a member and for an organization that does not
    // exist. So it does not reveal which organizations exist.
    let not_a_member = || invalid(EmbedTokenError::NotAMember);
    let found = found.ok_or_else(not_a_member)?;
    let member = found.authorize().ok_or_else(not_a_member)?;
    let (org, orgs) = (found.org.value, found.user.value.orgs);
    Ok(View { admin: member.admin(), member, org, orgs, auth: AuthMethod::HostApp(token.origin), now })
}

/// Removes the body of a 401 response. The header `WWW-Authenticate` keeps the reason, for the
/// developer of the host app.
pub fn empty_response(problem: Problem) -> Response {
    let mut response = problem.into_response();
    *response.body_mut() = axum::body::Body::empty();
    response.headers_mut().remove(http::header::CONTENT_TYPE);
    response.headers_mut().remove(http::header::CONTENT_LENGTH);
    debug_assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    response
}
