//! `/account/sessions`: ends one session of the user, or all of them.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::secret::Hash;
use http::HeaderMap;
use telemetry::LogArea;
use web::{Fields, FormRequest, Problem, ResponseFormat};

use super::account::PAGE;
use crate::App;

/// `POST /account/sessions/end`: ends the session whose hash is in the field `session`. It succeeds
/// even if that session has already ended.
pub async fn end(State(app): State<Arc<App>>, form: FormRequest) -> Response {
    web::respond_or_login(form.format, PAGE, end_one(&app, &form).await)
}

/// `POST /account/sessions/end-all`: ends all sessions of the user, including the session of this
/// request.
pub async fn end_all(State(app): State<Arc<App>>, format: ResponseFormat, headers: HeaderMap) -> Response {
    let committed = store::retry(|| commit_end_all(&app, &headers)).await;
    web::respond_or_login(format, PAGE, committed.map(|()| respond_ended(format, true)))
}

async fn end_one(app: &App, form: &FormRequest) -> Result<Response, Problem> {
    let caller = app.authenticate(&form.headers).await?;
    let session = parse_session(form.fields()?)?;
    // The key of the item contains the caller's user ID, so the field cannot name a session of
    // another user.
    app.store.end_session_of(caller.member.user(), session).await?;
    tracing::info!(area = %LogArea::Access, user = %caller.member.user(), "ended session");
    Ok(respond_ended(form.format, session == caller.token.secret.hash()))
}

fn parse_session(fields: &Fields) -> Result<Hash, Problem> {
    fields.get("session").and_then(|id| id.parse().ok()).ok_or_else(Problem::not_found)
}

async fn commit_end_all(app: &App, headers: &HeaderMap) -> Result<Result<(), store::Error>, Problem> {
    let caller = app.authenticate(headers).await?;
    let mut after = caller.found.user.value.clone();
    after.end_sessions();
    let committed = app.store.commit_user(&caller.found.user, &after).await;
    if committed.is_ok() {
        tracing::info!(area = %LogArea::Access, user = %after.id, "ended all sessions");
    }
    Ok(committed)
}

/// Responds after a session ended. `is_current` is whether it was the session of this request.
fn respond_ended(format: ResponseFormat, is_current: bool) -> Response {
    if is_current { web::end_session(web::success(format, "/login")) } else { web::success(format, PAGE) }
}
