//! `/verify/{token}`: the link in a welcome email that verifies its recipient's address.
//!
//! The link opens no session. It works only in a browser that is signed in as the recipient, and
//! leads a browser without a session to the sign-in, which verifies the address too. Another user is asked
//! to sign out first.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::secret::Secret;
use http::{HeaderMap, StatusCode};
use store::WaitingInvitations;
use telemetry::LogArea;
use web::{FormRequest, Kind, PathParam, Problem, ResponseFormat, auth::AuthenticatedUser};

use super::expired::{expired_link, respond_expired};
use crate::{App, views::verify as views, words};

/// Page that opens after the sign-in. It shows the invitations that still wait.
const AFTER_SIGN_IN: &str = "/members";

/// Person who opens a link that works.
enum Found {
    /// The recipient, with the invitations that wait for their address.
    Recipient(AuthenticatedUser, Vec<WaitingInvitations>),
    /// Another user is signed in.
    OtherUser(AuthenticatedUser),
}

/// `GET /verify/{token}`: shows the address, and the button that verifies it. Changes nothing,
/// because email scanners open links too.
pub async fn show(State(app): State<Arc<App>>, PathParam(token): PathParam, headers: HeaderMap) -> Response {
    let page = load(&app, &token, &headers).await.map(|found| {
        let page = match &found {
            Found::Recipient(caller, waiting) => views::page(&app.product, &token, caller, waiting),
            Found::OtherUser(caller) => views::other_user(&app.product, caller),
        };
        web::page(StatusCode::OK, page)
    });
    respond(&app, ResponseFormat::Page, &headers, page).await
}

/// `POST /verify/{token}`: verifies the address, and makes the emails of waiting invitations due.
/// Ends all other sessions of the user. A repeated request changes nothing.
pub async fn verify(State(app): State<Arc<App>>, PathParam(token): PathParam, form: FormRequest) -> Response {
    let verified = store::retry(|| commit(&app, &token, &form)).await;
    respond(&app, form.format, &form.headers, verified).await
}

async fn commit(app: &App, token: &str, form: &FormRequest) -> Result<Response, Problem> {
    let (caller, waiting) = match load(app, token, &form.headers).await? {
        Found::Recipient(caller, waiting) => (caller, waiting),
        Found::OtherUser(caller) => {
            let problem = Problem::new(Kind::Conflict, words::verify::other_user::PROBLEM);
            let page = |_: &Problem| views::other_user(&app.product, &caller);
            return Ok(web::problem_or_page(form.format, problem, page));
        }
    };
    let before = &caller.found.user;
    let mut after = before.value.clone();
    after.verify_address();
    app.store.commit_verification((before, &after), &waiting, &caller.token, caller.now).await?;
    if !before.value.verified {
        tracing::info!(area = %LogArea::Access, user = %after.id, "verified email address");
    }
    // `load` parsed the token as a secret, so the token consists of hex digits.
    Ok(web::success(form.format, &format!("/verify/{token}")))
}

/// Loads the caller and the invitations that wait for the caller's address.
///
/// # Errors
/// 404 if the link does not work, or if its user no longer has the address to which it was sent. 401
/// if the browser is not signed in.
async fn load(app: &App, token: &str, headers: &HeaderMap) -> Result<Found, Problem> {
    let secret: Secret = token.parse().map_err(|()| expired())?;
    let link = app.store.load_verify_link(secret.hash()).await?;
    let link = link.filter(|link| app.clock.now() < link.expires_at).ok_or_else(expired)?;
    let caller = app.authenticate(headers).await?;
    let user = &caller.found.user.value;
    if user.id != link.user {
        return Ok(Found::OtherUser(caller));
    }
    if user.address != link.address {
        return Err(expired());
    }
    caller.require_own_sign_in(AFTER_SIGN_IN)?;
    let waiting = app.store.load_waiting_invitations(user, caller.now).await?;
    Ok(Found::Recipient(caller, waiting))
}

/// Returns the problem of a link that does not work. It is the same for an expired link, an unknown
/// link, and a link to an earlier address.
fn expired() -> Problem {
    expired_link(words::verify::EXPIRED)
}

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
        outcome => web::respond_or_login(format, AFTER_SIGN_IN, outcome),
    }
}
