//! `POST /login/{token}`: uses a sign-in link.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    people::{SessionToken, UsedLink, User},
    secret::Secret,
};
use http::HeaderMap;
use jiff::Timestamp;
use store::{Consumed, Link, LinkGrant, WaitingInvitations};
use web::{PathParam, Problem, ResponseFormat};

use super::{
    decide::{SignIn, decide_sign_in},
    find::{Found, link_expired, load_link, respond_problem},
};
use crate::{
    App,
    handlers::{
        browser::browser_hash,
        signed_in::{HOME, respond_again, respond_no_org, respond_signed_in},
    },
};

/// Uses the link, which verifies its address and starts a session.
///
/// The browser's previous session ends. For a minute, the same browser can repeat the request.
pub async fn consume(
    State(app): State<Arc<App>>,
    PathParam(token): PathParam,
    format: ResponseFormat,
    headers: HeaderMap,
) -> Response {
    // After a conflict, the link or the user changed since they were read. Read both again.
    let outcome = store::retry(|| sign_in(&app, &token, &headers, format)).await;
    match outcome {
        Ok(response) => response,
        Err(problem) => respond_problem(&app, format, &headers, problem).await,
    }
}

/// Attempts once to sign in with a link.
async fn sign_in(
    app: &App,
    token: &str,
    headers: &HeaderMap,
    format: ResponseFormat,
) -> Result<Response, Problem> {
    match load_link(app, token).await? {
        Found::Usable(link) => use_link(app, &link, headers, format).await,
        Found::Used(used) => respond_used(app, &used, headers, format).await,
        Found::Expired(link) if app.is_signed_in(headers, link.user).await => Ok(web::see_other(HOME)),
        Found::Expired(_) => Err(link_expired()),
    }
}

/// Uses a link for the first time.
///
/// # Errors
/// 404 if the user no longer has the address to which the link was sent.
async fn use_link(
    app: &App,
    link: &Link,
    headers: &HeaderMap,
    format: ResponseFormat,
) -> Result<Response, Problem> {
    let now = app.clock.now();
    let user = app.store.load_user(link.user).await?;
    let user = user.filter(|user| user.value.address == link.address).ok_or_else(link_expired)?;
    let previous = web::session::token(headers);
    let secret = Secret::new(app.entropy.bytes());
    let SignIn { user: after, session, grant } =
        decide_sign_in(link, &user.value, previous.as_ref(), &secret, now);
    let granted = match &session {
        Some(session) => LinkGrant::Session(session, &secret),
        None => LinkGrant::OrgCreation(&grant),
    };
    let by = (browser_hash(headers), now);
    let waiting = load_released(app, &user.value, previous.as_ref(), now).await?;
    let person = (&user, &after);
    match app.store.consume_link(link, person, &waiting, granted, previous.as_ref(), by).await? {
        Consumed::Used => Ok(match session {
            Some(session) => respond_signed_in(link.next.as_deref(), &session, secret),
            None => respond_no_org(app, format, &after, &secret, link.next.as_deref()),
        }),
        // Another request used the link first, possibly an earlier request of this browser.
        Consumed::AlreadyUsed => Err(store::Error::Conflict.into()),
    }
}

/// Loads the invitations that the first use of a link releases.
///
/// Another person may have signed up with this address and written invitations. So only the browser
/// that was signed in before releases them. In any other browser they keep waiting, and the user
/// sees them on the page of the members.
async fn load_released(
    app: &App,
    user: &User,
    previous: Option<&SessionToken>,
    now: Timestamp,
) -> Result<Vec<WaitingInvitations>, store::Error> {
    if user.verified || previous.is_none_or(|token| token.user != user.id) {
        return Ok(Vec::new());
    }
    app.store.load_waiting_invitations(user, now).await
}

/// Responds to a link that was used before. Its user is signed in, or the same browser repeats the
/// request, or the link no longer works.
async fn respond_used(
    app: &App,
    used: &UsedLink,
    headers: &HeaderMap,
    format: ResponseFormat,
) -> Result<Response, Problem> {
    if app.is_signed_in(headers, used.user).await {
        return Ok(web::see_other(used.next.as_deref().unwrap_or(HOME)));
    }
    if !used.is_repeated_by(browser_hash(headers), app.clock.now()) {
        return Err(link_expired());
    }
    respond_again(app, format, used).await?.ok_or_else(link_expired)
}
