//! Pieces of ours inside the host app's pages: shown by its word, a token, and never by a cookie.
//!
//! The markup is its own. Names of classes begin with `ob-`, so that they meet no others; links are absolute and leave
//! the frame; and there are no forms, which could not be sent from another site: what a script may do in their place is
//! marked with `data-ob-do`, and leads without one to the page of ours where it is done.

pub mod banner;
pub mod frame;
pub mod widget;

use axum::response::{IntoResponse, Response};
use host::embed::{EmbedToken, EmbedTokenError};
use http::StatusCode;
use web::Problem;

use crate::{
    app::App,
    auth::store_problem,
    view::{AuthMethod, View},
};

/// What somebody sees by the host app's token, on a page of the origin `from` if a browser says so. One consistent read:
/// person, membership and organization.
///
/// # Errors
/// 401 with the reason, which the token's holder may know; or what the table's failure is told as.
pub async fn look(app: &App, token: &str, from: Option<&str>) -> Result<View, Problem> {
    let now = app.clock.now();
    let refused = |why: EmbedTokenError| Problem::invalid_token(&why);
    let token = app.keys.verify(now, |keys| EmbedToken::verify(token, keys, now)).await.map_err(refused)?;
    token.check_origin(from).map_err(refused)?;
    let found = app.store.load_embed_session(token.organization, token.user).await.map_err(store_problem)?;
    // Whether the organization is there at all is nobody's business who does not belong to it.
    let nobody = || refused(EmbedTokenError::NotAMember);
    let found = found.ok_or_else(nobody)?;
    let member = found.authorize().ok_or_else(nobody)?;
    let (org, orgs) = (found.org.value, found.user.value.orgs);
    Ok(View { admin: member.admin(), member, org, orgs, by: AuthMethod::HostApp(token.origin), now })
}

/// Nothing to show; why, is in a header, for the host app's developer.
pub fn nothing(problem: Problem) -> Response {
    let mut response = problem.into_response();
    *response.body_mut() = axum::body::Body::empty();
    response.headers_mut().remove(http::header::CONTENT_TYPE);
    response.headers_mut().remove(http::header::CONTENT_LENGTH);
    debug_assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    response
}
