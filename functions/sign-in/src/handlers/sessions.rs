//! Switches and ends sessions: `/organizations/switch`, `/account/sessions`, and `/logout`.
//!
//! A portal session can only end itself.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    id::OrgId,
    people::{SWITCH_GRACE_PERIOD, SessionToken},
    secret::{Hash, Secret},
    time,
};
use http::{HeaderMap, StatusCode};
use telemetry::LogArea;
use web::{Fields, FormRequest, Problem, ResponseFormat, auth::AuthenticatedUser};

use super::account::PAGE;
use crate::{
    App,
    views::confirm::Question,
    words::{account, confirm},
};

/// `POST /organizations/switch`: switches to the organization in the field `organization`, and
/// redirects to the path in the field `next`, or to the dashboard.
///
/// If the browser sends two such requests at once, each request starts a valid session. So both
/// cookies work, and the browser can keep either.
pub async fn switch(State(app): State<Arc<App>>, form: FormRequest) -> Response {
    web::respond_or_login(form.format, PAGE, switch_session(&app, &form).await)
}

async fn switch_session(app: &App, form: &FormRequest) -> Result<Response, Problem> {
    let caller = app.authenticate(&form.headers).await?;
    caller.require_own_sign_in(PAGE)?;
    let fields = form.fields()?;
    let org = parse_org(fields, &caller)?;
    let next = fields.get("next").and_then(web::next_path);
    let session = caller.found.session.switched(org, &caller.found.user.value, caller.now);
    let until = time::add(caller.now, SWITCH_GRACE_PERIOD);
    let secret = Secret::new(app.entropy.bytes());
    if !app.store.switch_session(&caller.token, until, &session, &secret).await? {
        return Err(Problem::unauthorized());
    }
    tracing::info!(area = %LogArea::Access, organization = %org, user = %session.user, "switched organization");
    let token = SessionToken { org, user: session.user, secret };
    Ok(web::start_session(next.as_deref().unwrap_or("/dashboard"), &token))
}

/// Parses the organization. The response for an organization of which the user is not a member is
/// the same as for an unknown organization.
fn parse_org(fields: &Fields, caller: &AuthenticatedUser) -> Result<OrgId, Problem> {
    let id_in = |name| fields.get(name)?.parse().ok();
    let org: Option<OrgId> = id_in("organization").or_else(|| id_in("organization_id"));
    org.filter(|org| caller.found.user.value.orgs.contains(org)).ok_or_else(Problem::not_found)
}

/// `POST /account/sessions/end`: ends the session whose hash is in the field `session`. It succeeds
/// even if that session has already ended.
pub async fn end(State(app): State<Arc<App>>, form: FormRequest) -> Response {
    web::respond_or_login(form.format, PAGE, end_one(&app, &form).await)
}

/// `GET /account/sessions/end-all`: asks before the sessions end.
pub async fn confirm_end_all(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let question = Question {
        title: account::SIGN_OUT_ALL.to_owned(),
        text: confirm::END_ALL.to_owned(),
        action: "/account/sessions/end-all".to_owned(),
        back: PAGE,
    };
    let caller = app.authenticate(&headers).await;
    let caller = caller.and_then(|caller| caller.require_own_sign_in(PAGE).map(|()| caller));
    let page = caller.map(|caller| web::page(StatusCode::OK, question.render(&app.product, &caller)));
    web::respond_or_login(ResponseFormat::Page, PAGE, page)
}

/// `POST /account/sessions/end-all`: ends all sessions of the user, including the session of this
/// request.
pub async fn end_all(State(app): State<Arc<App>>, form: FormRequest) -> Response {
    if let Some(question) = web::ask_first(&form) {
        return question;
    }
    let committed = store::retry(|| commit_end_all(&app, &form.headers)).await;
    web::respond_or_login(form.format, PAGE, committed.map(|()| respond_ended(form.format, true)))
}

async fn end_one(app: &App, form: &FormRequest) -> Result<Response, Problem> {
    let caller = app.authenticate(&form.headers).await?;
    let session = parse_session(form.fields()?)?;
    let is_current = session == caller.token.secret.hash();
    if !is_current {
        caller.require_own_sign_in(PAGE)?;
    }
    // The key of the item contains the caller's user ID, so the field cannot name a session of
    // another user.
    app.store.end_session_of(caller.member.user(), session).await?;
    tracing::info!(area = %LogArea::Access, user = %caller.member.user(), "ended session");
    Ok(respond_ended(form.format, is_current))
}

fn parse_session(fields: &Fields) -> Result<Hash, Problem> {
    fields.get("session").and_then(|id| id.parse().ok()).ok_or_else(Problem::not_found)
}

async fn commit_end_all(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let caller = app.authenticate(headers).await?;
    caller.require_own_sign_in(PAGE)?;
    let mut after = caller.found.user.value.clone();
    after.end_sessions();
    app.store.commit_user(&caller.found.user, &after).await?;
    tracing::info!(area = %LogArea::Access, user = %after.id, "ended all sessions");
    Ok(())
}

/// Responds after a session ended. `is_current` is whether it was the session of this request.
fn respond_ended(format: ResponseFormat, is_current: bool) -> Response {
    if is_current { web::end_session(web::success(format, "/login")) } else { web::success(format, PAGE) }
}

/// `POST /logout`: ends the session, and redirects to the path in the field `next`, or to `/`. Succeeds
/// only after the session is deleted from the table.
pub async fn log_out(State(app): State<Arc<App>>, form: FormRequest) -> Response {
    if let Some(token) = web::session::token(&form.headers)
        && let Err(error) = app.store.end_session(&token).await
    {
        return web::problem_response(form.format, error.into());
    }
    tracing::info!(area = %LogArea::Access, "signed out");
    let next = form.fields().ok().and_then(|fields| fields.get("next")).and_then(web::next_path);
    web::end_session(web::see_other(next.as_deref().unwrap_or("/")))
}
