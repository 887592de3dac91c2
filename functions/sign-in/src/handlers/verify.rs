//! `/verify/{token}`: the link in a welcome email that verifies its recipient's address.
//!
//! The link opens no session. It works only in a browser that is signed in as the recipient, and
//! leads any other browser to the sign-in, which verifies the address too.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{people::User, secret::Secret};
use http::{HeaderMap, StatusCode};
use store::{VerifyLink, WaitingInvitations};
use telemetry::LogArea;
use web::{FormRequest, Kind, PathParam, Problem, ResponseFormat, auth::AuthenticatedUser};

use crate::{App, views::verify as views, words};

/// Page that opens after the sign-in. It shows the invitations that still wait.
const AFTER_SIGN_IN: &str = "/members";

/// `GET /verify/{token}`: shows the address, and the button that verifies it. Changes nothing,
/// because email scanners open links too.
pub async fn show(State(app): State<Arc<App>>, PathParam(token): PathParam, headers: HeaderMap) -> Response {
    let page = load(&app, &token, &headers).await.map(|(caller, waiting)| {
        web::page(StatusCode::OK, views::page(&app.product, &token, &caller, &waiting))
    });
    respond(&app, ResponseFormat::Page, page)
}

/// `POST /verify/{token}`: verifies the address, and makes the emails of waiting invitations due.
/// Ends all other sessions of the user. A repeated request changes nothing.
pub async fn verify(State(app): State<Arc<App>>, PathParam(token): PathParam, form: FormRequest) -> Response {
    let verified = store::retry(|| commit(&app, &token, &form.headers)).await;
    // `commit` parsed the token as a secret, so the token consists of hex digits.
    respond(&app, form.format, verified.map(|()| web::success(form.format, &format!("/verify/{token}"))))
}

async fn commit(app: &App, token: &str, headers: &HeaderMap) -> Result<(), Problem> {
    let (caller, waiting) = load(app, token, headers).await?;
    let before = &caller.found.user;
    let mut after = before.value.clone();
    after.verify_address();
    app.store.commit_verification((before, &after), &waiting, &caller.token, caller.now).await?;
    if !before.value.verified {
        tracing::info!(area = %LogArea::Access, user = %after.id, "verified email address");
    }
    Ok(())
}

/// Loads the caller and the invitations that wait for the caller's address.
///
/// # Errors
/// 404 if the link does not work, or if its user no longer has the address to which it was sent. 401
/// if the browser is not signed in as that user.
async fn load(
    app: &App,
    token: &str,
    headers: &HeaderMap,
) -> Result<(AuthenticatedUser, Vec<WaitingInvitations>), Problem> {
    let secret: Secret = token.parse().map_err(|()| expired())?;
    let link = app.store.load_verify_link(secret.hash()).await?;
    let link = link.filter(|link| app.clock.now() < link.expires_at).ok_or_else(expired)?;
    let caller = app.authenticate(headers).await?;
    let user = &caller.found.user.value;
    check_recipient(&link, user)?;
    caller.require_own_sign_in(AFTER_SIGN_IN)?;
    let waiting = app.store.load_waiting_invitations(user, caller.now).await?;
    Ok((caller, waiting))
}

fn check_recipient(link: &VerifyLink, user: &User) -> Result<(), Problem> {
    match user {
        user if user.id != link.user => Err(Problem::unauthorized()),
        user if user.address != link.address => Err(expired()),
        _ => Ok(()),
    }
}

/// Returns the problem of a link that does not work. It is the same for an expired link, an unknown
/// link, and a link to an earlier address.
fn expired() -> Problem {
    Problem::new(Kind::NotFound, words::verify::EXPIRED)
}

fn respond(app: &App, format: ResponseFormat, outcome: Result<Response, Problem>) -> Response {
    match outcome {
        Err(problem) if problem.kind == Kind::NotFound => {
            web::problem_or_page(format, problem, |_| views::expired(&app.product))
        }
        outcome => web::respond_or_login(format, AFTER_SIGN_IN, outcome),
    }
}
