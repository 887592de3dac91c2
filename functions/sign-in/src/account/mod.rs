//! `/account`: one's own organizations and sessions.

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
    trial,
};
use http::{HeaderMap, StatusCode};
use serde_json::json;
use telemetry::LogArea;
use web::{Fields, Problem, ResponseFormat};

use crate::{
    App,
    account::page::{AccountPage, Begun},
    auth, store_problem,
};

/// The page that all of this is about.
const PAGE: &str = "/account";

/// The routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/account", get(show))
        .route("/account/sessions/end", post(end))
        .route("/account/sessions/end-all", post(end_all))
        .route("/organizations/switch", post(switch))
}

/// `GET /account`.
async fn show(State(app): State<Arc<App>>, request: Request) -> Response {
    let page = app.account(request.headers()).await;
    auth::respond(ResponseFormat::Page, PAGE, page)
}

/// `POST /account/sessions/end`: ends one of one's own sessions, which `session` names. One that is over is no fault.
async fn end(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    auth::respond(wants, PAGE, app.end_one(request, wants).await)
}

/// `POST /account/sessions/end-all`: signs out everywhere, here too.
async fn end_all(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    auth::respond(wants, PAGE, app.end_all(request.headers(), wants).await)
}

/// `POST /organizations/switch`: goes over to another of one's own organizations, which `organization` names, and there
/// to the page `next`. Of two at once each gives a session that works, whichever answer the browser keeps.
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
        let here = caller.token.secret.hash();
        let alive = sessions.map_err(store_problem)?.into_iter();
        // One that was left is all but over.
        let alive = alive
            .filter(|(name, session)| *name == here || session.until.is_none())
            .filter(|(_, session)| session.is_alive(user, caller.now));
        let mut sessions: Vec<_> =
            alive.map(|(name, session)| Begun { name, session, here: name == here }).collect();
        sessions.sort_by_key(|begun| (!begun.here, std::cmp::Reverse(begun.session.seen_at)));
        let orgs = orgs.map_err(store_problem)?;
        let page = AccountPage { product: &self.product, caller: &caller, orgs: &orgs, sessions: &sessions };
        Ok(web::page(StatusCode::OK, page.render()))
    }

    async fn end_one(&self, request: Request, wants: ResponseFormat) -> Result<Response, Problem> {
        let caller = self.authenticate(request.headers()).await?;
        let fields = Fields::read(request).await?;
        let session: Option<Hash> = fields.get("session").and_then(|name| name.parse().ok());
        let session = session.ok_or_else(Problem::not_found)?;
        // The key is the caller's own, so nobody else's session can be named.
        self.store.end_session_of(caller.member.user(), session).await.map_err(store_problem)?;
        tracing::info!(area = %LogArea::Access, user = %caller.member.user(), "session ended");
        Ok(ended(wants, session == caller.token.secret.hash()))
    }

    async fn end_all(&self, headers: &HeaderMap, wants: ResponseFormat) -> Result<Response, Problem> {
        for attempt in 0..store::MAX_TRIES {
            let caller = self.authenticate(headers).await?;
            let mut after = caller.found.user.value.clone();
            after.end_sessions();
            match self.store.commit_user(&caller.found.user, &after).await {
                Ok(()) => {
                    tracing::info!(area = %LogArea::Access, user = %after.id, "all sessions ended");
                    return Ok(ended(wants, true));
                }
                Err(store::Error::Conflict) => store::pause(attempt).await,
                Err(error) => return Err(store_problem(error)),
            }
        }
        Err(store_problem(store::Error::Conflict))
    }

    async fn switch(&self, request: Request) -> Result<Response, Problem> {
        let caller = self.authenticate(request.headers()).await?;
        let fields = Fields::read(request).await?;
        let named = |name| fields.get(name)?.parse().ok();
        let org: Option<OrgId> = named("organization").or_else(|| named("organization_id"));
        // Another's organization is answered like one that does not exist.
        let org =
            org.filter(|org| caller.found.user.value.orgs.contains(org)).ok_or_else(Problem::not_found)?;
        let next = fields.get("next").and_then(web::next_path);
        let session = caller.found.session.switched(org, &caller.found.user.value, caller.now);
        let until = trial::add(caller.now, SWITCH_GRACE_PERIOD);
        let secret = Secret::new(self.entropy.bytes());
        if !self.store.switch_session(&caller.token, until, &session, &secret).await.map_err(store_problem)? {
            return Err(Problem::unauthorized());
        }
        tracing::info!(area = %LogArea::Access, organization = %org, user = %session.user, "switched");
        let token = SessionToken { org, user: session.user, secret };
        let mut response = web::see_other(next.as_deref().unwrap_or("/dashboard"));
        response.headers_mut().append(SET_COOKIE, web::session::set(&token));
        Ok(response)
    }
}

/// The answer to an ended session; `here` if it was the one that asked.
fn ended(wants: ResponseFormat, here: bool) -> Response {
    let mut response = match wants {
        ResponseFormat::Page => web::see_other(if here { "/login" } else { PAGE }),
        ResponseFormat::Json => Json(json!({ "success": true })).into_response(),
    };
    if here {
        response.headers_mut().append(SET_COOKIE, web::session::clear());
    }
    response
}
