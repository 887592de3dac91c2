//! `/account`: the user's name, address, sessions, and organizations.

mod email;
mod name;

use std::{cmp::Reverse, sync::Arc};

use axum::{extract::State, response::Response};
use domain::{people::Session, secret::Hash};
pub use email::correct_email;
use http::{HeaderMap, StatusCode};
use maud::Markup;
pub use name::change_name;
use web::{FormRequest, Kind, Problem, ResponseFormat, auth::AuthenticatedUser};

use crate::{
    App,
    views::{
        account::{AccountPage, ActiveSession, Drafts},
        draft::Draft,
    },
};

/// The page to which the forms return.
pub const PAGE: &str = "/account";

/// `GET /account`: shows the page.
pub async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let page = load_page(&app, &headers, Drafts::default()).await;
    web::respond_or_login(ResponseFormat::Page, PAGE, page.map(|markup| web::page(StatusCode::OK, markup)))
}

/// A form of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AccountForm {
    Name,
    Email,
}

/// Converts a problem of a form into a response. For a problem that the user can solve, a browser
/// gets the page again, with the entered values.
async fn respond_problem(app: &App, request: &FormRequest, form: AccountForm, problem: Problem) -> Response {
    let is_shown = matches!(problem.kind, Kind::Invalid | Kind::Conflict | Kind::TooMany);
    if request.format == ResponseFormat::Json || !is_shown {
        return web::respond_or_login(request.format, PAGE, Err(problem));
    }
    let draft = Draft { fields: request.fields().ok(), problem: Some(&problem) };
    let drafts = match form {
        AccountForm::Name => Drafts { name: draft, ..Drafts::default() },
        AccountForm::Email => Drafts { email: draft, ..Drafts::default() },
    };
    let page = load_page(app, &request.headers, drafts).await;
    web::respond_or_login(request.format, PAGE, page.map(|page| web::problem_page(problem, page)))
}

async fn load_page(app: &App, headers: &HeaderMap, drafts: Drafts<'_>) -> Result<Markup, Problem> {
    let caller = app.authenticate(headers).await?;
    let user = &caller.found.user.value;
    let (orgs, sessions) = tokio::join!(app.store.load_orgs(&user.orgs), app.store.load_sessions(user.id));
    let (sessions, orgs) = (active_sessions(app, &caller, sessions?), orgs?);
    let (product, orgs, sessions) = (&app.product, &orgs, &sessions);
    Ok(AccountPage { product, caller: &caller, orgs, sessions, drafts }.render())
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
