//! `/account`: the user's sessions and organizations.
//!
//! On this page users sign out of one session or all, and switch to another organization.

mod page;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Request, State},
    http::header::SET_COOKIE,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use domain::{
    id::OrgId,
    people::{SWITCH_GRACE_PERIOD, SessionToken},
    secret::{Hash, Secret},
    time,
};
use http::{HeaderMap, StatusCode};
use serde_json::json;
use telemetry::LogArea;
use web::{Fields, Problem, ResponseFormat};

use crate::{
    App,
    account::page::{AccountPage, ActiveSession},
    auth,
};

/// The page to which the forms return.
const PAGE: &str = "/account";

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/account", get(show))
        .route("/account/sessions/end", post(end))
        .route("/account/sessions/end-all", post(end_all))
        .route("/organizations/switch", post(switch))
}

/// `GET /account`: shows the page.
async fn show(State(app): State<Arc<App>>, request: Request) -> Response {
    let page = app.account(request.headers()).await;
    auth::respond(ResponseFormat::Page, PAGE, page)
}

/// `POST /account/sessions/end`: ends the session whose hash is in the field `session`. It succeeds
/// even if that session has already ended.
async fn end(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    auth::respond(wants, PAGE, app.end_one(request, wants).await)
}

/// `POST /account/sessions/end-all`: ends all sessions of the user, including the session of this
/// request.
async fn end_all(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    auth::respond(wants, PAGE, app.end_all(request.headers(), wants).await)
}

/// `POST /organizations/switch`: switches to the organization in the field `organization`, and
/// redirects to the path in the field `next`, or to the dashboard.
///
/// If the browser sends two such requests at once, each request starts a valid session. So both
/// cookies work, and the browser can keep either.
async fn switch(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    auth::respond(wants, PAGE, app.switch(request).await)
}

impl App {
    async fn account(&self, headers: &HeaderMap) -> Result<Response, Problem> {
        let caller = self.authenticate(headers).await?;
        let user = &caller.found.user.value;
        let (orgs, sessions) =
            tokio::join!(self.store.load_orgs(&user.orgs), self.store.load_sessions(user.id));
        let current = caller.token.secret.hash();
        let alive = sessions?.into_iter();
        // After a switch, the previous session ends within a minute, so it is not listed.
        let alive = alive
            .filter(|(id, session)| *id == current || session.until.is_none())
            .filter(|(_, session)| session.is_alive(user, caller.now));
        let mut sessions: Vec<_> =
            alive.map(|(id, session)| ActiveSession { id, session, is_current: id == current }).collect();
        sessions.sort_by_key(|active| (!active.is_current, std::cmp::Reverse(active.session.seen_at)));
        let orgs = orgs?;
        let page = AccountPage { product: &self.product, caller: &caller, orgs: &orgs, sessions: &sessions };
        Ok(web::page(StatusCode::OK, page.render()))
    }

    async fn end_one(&self, request: Request, wants: ResponseFormat) -> Result<Response, Problem> {
        let caller = self.authenticate(request.headers()).await?;
        let fields = Fields::read(request).await?;
        let session: Option<Hash> = fields.get("session").and_then(|id| id.parse().ok());
        let session = session.ok_or_else(Problem::not_found)?;
        // The key of the item contains the caller's user ID, so the field cannot name a session of
        // another user.
        self.store.end_session_of(caller.member.user(), session).await?;
        tracing::info!(area = %LogArea::Access, user = %caller.member.user(), "ended session");
        Ok(ended(wants, session == caller.token.secret.hash()))
    }

    async fn end_all(&self, headers: &HeaderMap, wants: ResponseFormat) -> Result<Response, Problem> {
        let committed = store::retry(|| async {
            let caller = self.authenticate(headers).await?;
            let mut after = caller.found.user.value.clone();
            after.end_sessions();
            Ok::<_, Problem>(self.store.commit_user(&caller.found.user, &after).await.map(|()| after.id))
        });
        let user = committed.await?;
        tracing::info!(area = %LogArea::Access, %user, "ended all sessions");
        Ok(ended(wants, true))
    }

    async fn switch(&self, request: Request) -> Result<Response, Problem> {
        let caller = self.authenticate(request.headers()).await?;
        let fields = Fields::read(request).await?;
        let id_in = |name| fields.get(name)?.parse().ok();
        let org: Option<OrgId> = id_in("organization").or_else(|| id_in("organization_id"));
        // The response for an organization of which the user is not a member is the same as for an
        // unknown organization.
        let org =
            org.filter(|org| caller.found.user.value.orgs.contains(org)).ok_or_else(Problem::not_found)?;
        let next = fields.get("next").and_then(web::next_path);
        let session = caller.found.session.switched(org, &caller.found.user.value, caller.now);
        let until = time::add(caller.now, SWITCH_GRACE_PERIOD);
        let secret = Secret::new(self.entropy.bytes());
        if !self.store.switch_session(&caller.token, until, &session, &secret).await? {
            return Err(Problem::unauthorized());
        }
        tracing::info!(area = %LogArea::Access, organization = %org, user = %session.user, "switched organization");
        let token = SessionToken { org, user: session.user, secret };
        let mut response = web::see_other(next.as_deref().unwrap_or("/dashboard"));
        response.headers_mut().append(SET_COOKIE, web::session::set(&token));
        Ok(response)
    }
}

/// Responds after a session ended. `is_current` is whether it was the session of this request.
fn ended(wants: ResponseFormat, is_current: bool) -> Response {
    let mut response = match wants {
        ResponseFormat::Page => web::see_other(if is_current { "/login" } else { PAGE }),
        ResponseFormat::Json => Json(json!({ "success": true })).into_response(),
    };
    if is_current {
        response.headers_mut().append(SET_COOKIE, web::session::clear());
    }
    response
}
