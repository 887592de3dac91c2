//! `/account`: shows the user's sessions and organizations.

use std::{cmp::Reverse, sync::Arc};

use axum::{extract::State, response::Response};
use domain::{people::Session, secret::Hash};
use http::{HeaderMap, StatusCode};
use web::{Problem, ResponseFormat, auth::AuthenticatedUser};

use crate::{
    App,
    views::account::{AccountPage, ActiveSession},
};

/// The page to which the forms return.
pub const PAGE: &str = "/account";

/// `GET /account`: shows the page.
pub async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    web::respond_or_login(ResponseFormat::Page, PAGE, load_page(&app, &headers).await)
}

async fn load_page(app: &App, headers: &HeaderMap) -> Result<Response, Problem> {
    let caller = app.authenticate(headers).await?;
    let user = &caller.found.user.value;
    let (orgs, sessions) = tokio::join!(app.store.load_orgs(&user.orgs), app.store.load_sessions(user.id));
    let (sessions, orgs) = (active_sessions(app, &caller, sessions?), orgs?);
    let page = AccountPage { product: &app.product, caller: &caller, orgs: &orgs, sessions: &sessions };
    Ok(web::page(StatusCode::OK, page.render()))
}

/// Returns the sessions that the page lists: first the session of the request, then the others, from
/// the last used to the first.
///
/// After a switch, the previous session ends within a minute, so it is not listed.
fn active_sessions(
    app: &App,
    caller: &AuthenticatedUser,
    sessions: Vec<(Hash, Session)>,
) -> Vec<ActiveSession> {
    let (current, user) = (caller.token.secret.hash(), &caller.found.user.value);
    let mut active: Vec<_> = sessions
        .into_iter()
        .filter(|(id, session)| *id == current || session.until.is_none())
        .filter(|(_, session)| session.is_alive(user, app.session_idle, caller.now))
        .map(|(id, session)| ActiveSession { id, session, is_current: id == current })
        .collect();
    active.sort_by_key(|active| (!active.is_current, Reverse(active.session.seen_at)));
    active
}
