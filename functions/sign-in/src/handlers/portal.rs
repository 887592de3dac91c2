//! `/portal/{token}`: a portal link, with which the host app signs its user in.
//!
//! This is the only `GET` that uses a link. The link is never emailed, so no email scanner opens it,
//! and it works for a minute. Only a visit uses it: a browser that loads the page in advance, and a
//! `HEAD` request, get an empty response.
//!
//! A browser that is signed in as another user is asked first. So no link silently replaces the
//! account with which its user works.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::header::SET_COOKIE,
    response::{IntoResponse, Response},
};
use domain::{
    people::{PORTAL_SESSION_MAX_AGE, PortalLink, Session, SessionToken},
    secret::Secret,
};
use http::{HeaderMap, Method, StatusCode};
use store::{Consumed, Profile};
use telemetry::LogArea;
use web::{FormRequest, Kind, PathParam, Problem, ResponseFormat, auth::AuthenticatedUser};

use super::{
    expired::{expired_link, respond_expired},
    visit::{is_prefetch, is_visit},
};
use crate::{App, views::portal as views, words};

/// `GET /portal/{token}`: signs the user in, or asks a user who is signed in as someone else.
pub async fn open(State(app): State<Arc<App>>, PathParam(token): PathParam, request: Request) -> Response {
    let headers = request.headers();
    if *request.method() == Method::HEAD || is_prefetch(headers) {
        return StatusCode::OK.into_response();
    }
    let outcome = if is_visit(headers) {
        store::retry(|| open_once(&app, &token, headers)).await
    } else {
        Err(Problem::new(Kind::Forbidden, words::NOT_A_VISIT).because("not a visit"))
    };
    respond(&app, ResponseFormat::of(headers), headers, outcome).await
}

/// `POST /portal/{token}`: signs the user in instead of the current one.
pub async fn enter(State(app): State<Arc<App>>, PathParam(token): PathParam, form: FormRequest) -> Response {
    let outcome = store::retry(|| async {
        let found = load(&app, &token).await?;
        sign_in(&app, &found, &form.headers).await
    });
    respond(&app, form.format, &form.headers, outcome.await).await
}

/// The link of a request, with the session that it begins, its user, and its organization.
struct Found {
    link: PortalLink,
    session: Session,
    profile: Profile,
}

async fn open_once(app: &App, token: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let (found, current) = tokio::join!(
        load(app, token),
        AuthenticatedUser::load(&app.store, app.session_idle, headers, app.clock.now())
    );
    let found = found?;
    match current?.filter(|user| user.member.user() != found.link.user) {
        Some(other) => Ok(web::page(
            StatusCode::OK,
            views::ask(&app.product, token, &other, &found.profile.user.value, &found.profile.org.value),
        )),
        None => sign_in(app, &found, headers).await,
    }
}

/// Loads the link of a token.
///
/// # Errors
/// 404 if the link is used or unknown, or if it ended with the time, the membership, or the sessions
/// of its user.
async fn load(app: &App, token: &str) -> Result<Found, Problem> {
    let secret: Secret = token.parse().map_err(|()| expired())?;
    let link = app.store.load_portal_link(secret.hash()).await?.ok_or_else(expired)?;
    let profile = app.store.load_profile(link.org, link.user).await?.ok_or_else(expired)?;
    let session = link.begin_session(&profile.user.value, app.clock.now()).ok_or_else(expired)?;
    Ok(Found { link, session, profile })
}

/// Uses the link. Its session replaces the session of the browser.
async fn sign_in(app: &App, found: &Found, headers: &HeaderMap) -> Result<Response, Problem> {
    let Found { link, session, .. } = found;
    let secret = Secret::new(app.entropy.bytes());
    let previous = web::session::token(headers);
    match app.store.consume_portal_link(link, session, &secret, previous.as_ref()).await? {
        Consumed::Used => {
            let (organization, user, page) = (session.org, session.user, link.page.as_str());
            tracing::info!(area = %LogArea::Access, %organization, %user, page, "signed in from host app");
            let token = SessionToken { org: session.org, user: session.user, secret };
            let mut response = web::see_other(&link.page.path(link.org));
            let cookie = web::session::set(&token, PORTAL_SESSION_MAX_AGE);
            response.headers_mut().append(SET_COOKIE, cookie);
            Ok(response)
        }
        Consumed::AlreadyUsed => Err(expired()),
    }
}

/// Returns the problem of a link that does not work. It is the same for a used, expired, or unknown
/// link.
fn expired() -> Problem {
    expired_link(words::portal::EXPIRED)
}

/// Converts the outcome into a response. The page of a link that does not work offers the sign-in.
async fn respond(
    app: &App,
    format: ResponseFormat,
    headers: &HeaderMap,
    outcome: Result<Response, Problem>,
) -> Response {
    match outcome {
        Err(problem) if problem.kind == Kind::NotFound => {
            respond_expired(app, format, headers, problem, views::expired).await
        }
        outcome => web::respond(format, outcome),
    }
}
