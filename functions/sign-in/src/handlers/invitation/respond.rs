//! The responses to a requester who cannot accept the invitation.

use axum::response::Response;
use domain::people::UsedLink;
use http::HeaderMap;
use jiff::Timestamp;
use web::{Kind, Problem, ResponseFormat};

use super::{
    decide::Attempt,
    find::{Closed, invitation_expired, return_path},
};
use crate::{
    App,
    handlers::{
        browser::browser_hash,
        signed_in::{HOME, respond_again},
    },
    views::invitation as views,
    words::invitation as words_of,
};

/// Responds to an attempt to accept the invitation.
pub async fn respond_closed(attempt: Attempt<'_>, closed: Closed) -> Result<Response, Problem> {
    let Attempt { app, form, now, .. } = attempt;
    Ok(match closed {
        Closed::SignInFirst(details) => {
            web::respond_or_login(form.format, &return_path(&details), Err(Problem::unauthorized()))
        }
        // This user does not join the organization.
        Closed::OtherUser(details, user) => {
            let problem = Problem::new(Kind::Conflict, words_of::other_user::PROBLEM);
            let page = |_: &Problem| views::other_user(&app.product, &details, &user);
            web::problem_or_page(form.format, problem, page)
        }
        Closed::Member => web::see_other(HOME),
        Closed::Used(used) if is_repeated(app, &form.headers, &used, now).await => {
            respond_again(app, form.format, &used).await?.ok_or_else(invitation_expired)?
        }
        Closed::Used(used) => respond_used(app, form.format, &form.headers, &used).await,
    })
}

/// Returns whether the browser that accepted the invitation sends the request again, because it did
/// not get the session.
pub async fn is_repeated(app: &App, headers: &HeaderMap, used: &UsedLink, now: Timestamp) -> bool {
    used.is_repeated_by(browser_hash(headers), now) && !app.is_signed_in(headers, used.user).await
}

/// Responds to the link of an invitation that was accepted before. If the user who accepted it is
/// signed in, redirects to the dashboard.
pub async fn respond_used(
    app: &App,
    format: ResponseFormat,
    headers: &HeaderMap,
    used: &UsedLink,
) -> Response {
    if app.is_signed_in(headers, used.user).await {
        return web::see_other(HOME);
    }
    let problem = Problem::new(Kind::NotFound, words_of::accepted::PROBLEM);
    web::problem_or_page(format, problem, |_| views::accepted(&app.product))
}

/// Converts a problem into a response. A browser without a session is redirected to the sign-in
/// page. After signing in, the browser opens `path`.
pub fn respond_problem(app: &App, format: ResponseFormat, path: &str, problem: Problem) -> Response {
    match problem.kind {
        Kind::NotFound => web::problem_or_page(format, problem, |_| views::expired(&app.product)),
        _ => web::respond_or_login(format, path, Err(problem)),
    }
}
