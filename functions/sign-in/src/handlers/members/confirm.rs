//! Pages that ask before a member leaves or is removed, and before an invitation is revoked.
//!
//! A page decides like its form. So it shows at once why the form would be rejected.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use web::{FormRequest, PathParam, Problem, ResponseFormat, auth::AuthenticatedUser};

use super::{
    change::authorize,
    invitations::load_invitation,
    membership::{decide_leave, decide_removal},
    request::TeamChangeError,
    respond::PAGE,
};
use crate::{
    App,
    views::confirm::Question,
    words::{confirm as words_of, members::leave},
};

/// A change that a page asks about. IDs are unparsed text from the path.
enum Change {
    Leave,
    Remove(String),
    Revoke(String),
}

/// `GET /members/leave`: asks before the caller leaves.
pub async fn leave(State(app): State<Arc<App>>, request: FormRequest) -> Response {
    respond(&app, &request, Change::Leave).await
}

/// `GET /members/{user}/remove`: asks before a member is removed.
pub async fn remove(State(app): State<Arc<App>>, PathParam(id): PathParam, request: FormRequest) -> Response {
    respond(&app, &request, Change::Remove(id)).await
}

/// `GET /members/invitations/{invitation}/revoke`: asks before an invitation is revoked.
pub async fn revoke(State(app): State<Arc<App>>, PathParam(id): PathParam, request: FormRequest) -> Response {
    respond(&app, &request, Change::Revoke(id)).await
}

async fn respond(app: &App, request: &FormRequest, change: Change) -> Response {
    web::respond_or_login(ResponseFormat::Page, PAGE, load_page(app, request, change).await)
}

async fn load_page(app: &App, request: &FormRequest, change: Change) -> Result<Response, Problem> {
    let caller = app.authenticate(&request.headers).await?;
    let question = match change {
        Change::Leave => ask_to_leave(app, &caller).await,
        Change::Remove(id) => ask_to_remove(app, &caller, &id).await,
        Change::Revoke(id) => ask_to_revoke(app, &caller, &id).await,
    };
    let question = question.map_err(|error| error.into_problem(&request.origin, caller.member.org()))?;
    Ok(web::page(StatusCode::OK, question.render(&app.product, &caller)))
}

async fn ask_to_leave(app: &App, caller: &AuthenticatedUser) -> Result<Question, TeamChangeError> {
    let (org, is_empty) = decide_leave(app, caller).await?;
    Ok(Question {
        title: leave::submit(org.name.as_str()),
        text: if is_empty { leave::ALONE } else { leave::WITH_OTHERS }.to_owned(),
        action: "/members/leave".to_owned(),
        back: PAGE,
    })
}

async fn ask_to_remove(app: &App, caller: &AuthenticatedUser, id: &str) -> Result<Question, TeamChangeError> {
    let admin = authorize(caller)?;
    let org = &caller.found.org.value;
    org.may_change_team(caller.now)?;
    let member = decide_removal(app, caller, &admin, id).await?.member;
    Ok(Question {
        title: words_of::remove(member.name.as_str(), org.name.as_str()),
        text: words_of::REMOVE.to_owned(),
        action: format!("/members/{}/remove", member.user),
        back: PAGE,
    })
}

async fn ask_to_revoke(app: &App, caller: &AuthenticatedUser, id: &str) -> Result<Question, TeamChangeError> {
    authorize(caller)?;
    caller.found.org.value.may_change_team(caller.now)?;
    let invitation = load_invitation(app, caller, id).await?.value;
    Ok(Question {
        title: words_of::revoke(invitation.address.as_str()),
        text: words_of::REVOKE.to_owned(),
        action: format!("/members/invitations/{}/revoke", invitation.id()),
        back: PAGE,
    })
}
