//! `/mail/unsubscribe/{token}`: the link in a trial reminder that stops reminders.
//!
//! The link applies to one admin of one organization and needs no session. So its page shows only
//! facts that the reminder also contained, and the link can change only this admin's choice about
//! reminders.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    org::{Org, Reminders},
    secret::Secret,
};
use http::StatusCode;
use store::Unsubscription;
use web::{Kind, PathParam, Problem, ResponseFormat};

use crate::{
    App,
    views::unsubscribe::{self as views, Recipient},
    words,
};

/// `GET /mail/unsubscribe/{token}`: shows the current choice and a button that changes it.
///
/// This request changes nothing, because email scanners open the link too.
pub async fn show(
    State(app): State<Arc<App>>,
    PathParam(token): PathParam,
    format: ResponseFormat,
) -> Response {
    match load_recipient(&app, &token).await {
        Ok(recipient) => respond_choice(&app, &token, &recipient),
        Err(problem) => respond_problem(&app, format, problem),
    }
}

/// `POST /mail/unsubscribe/{token}`: stops reminders.
///
/// Email programs post here for their users, from any origin and with the body
/// `List-Unsubscribe=One-Click` (RFC 8058). The handler ignores the body. The response is a page
/// and not a redirect, because an email program may not follow redirects.
pub async fn stop(
    State(app): State<Arc<App>>,
    PathParam(token): PathParam,
    format: ResponseFormat,
) -> Response {
    match (commit_choice(&app, &token, Reminders::Unwanted).await, format) {
        (Ok(recipient), ResponseFormat::Page) => respond_choice(&app, &token, &recipient),
        (Ok(_), ResponseFormat::Json) => web::success(format, ""),
        (Err(problem), _) => respond_problem(&app, format, problem),
    }
}

/// `POST /mail/unsubscribe/{token}/undo`: turns reminders on again. Only the button on the page
/// posts here, so the cross-site rule applies.
pub async fn undo(
    State(app): State<Arc<App>>,
    PathParam(token): PathParam,
    format: ResponseFormat,
) -> Response {
    match commit_choice(&app, &token, Reminders::Wanted).await {
        // `commit_choice` parsed the token as a secret, so the token consists of hex digits.
        Ok(_) => web::success(format, &format!("/mail/unsubscribe/{token}")),
        Err(problem) => respond_problem(&app, format, problem),
    }
}

async fn load_recipient(app: &App, token: &str) -> Result<Recipient, Problem> {
    let link = load_link(app, token).await?;
    let org = app.store.load_org(link.org).await?;
    org.and_then(|org| recipient(&org.value, &link)).ok_or_else(expired)
}

/// Stores the recipient's choice. If the choice is already stored, writes nothing.
async fn commit_choice(app: &App, token: &str, reminders: Reminders) -> Result<Recipient, Problem> {
    let link = load_link(app, token).await?;
    let decide = |org: &mut Org| {
        org.set_reminders(link.user, reminders);
        recipient(org, &link).ok_or(())
    };
    let changed = app.store.change_org(link.org, app.clock.now(), decide).await?;
    changed.and_then(Result::ok).ok_or_else(expired)
}

/// Loads the link of a token.
///
/// DynamoDB deletes expired items late, so this function also checks whether the link has expired.
async fn load_link(app: &App, token: &str) -> Result<Unsubscription, Problem> {
    let secret: Secret = token.parse().map_err(|()| expired())?;
    let link = app.store.load_unsubscription(secret.hash()).await?;
    link.filter(|link| app.clock.now() < link.expires_at).ok_or_else(expired)
}

/// Returns the recipient of a link. Returns `None` if the user is no longer an admin, because only
/// admins get reminders.
fn recipient(org: &Org, link: &Unsubscription) -> Option<Recipient> {
    let admin = org.admin(link.user)?;
    Some(Recipient {
        organization: org.name.clone(),
        address: admin.address.clone(),
        reminders: admin.reminders,
    })
}

/// Returns the problem of a link that does not work. It is the same for an expired link, an unknown
/// link, and a link of a former admin.
fn expired() -> Problem {
    Problem::new(Kind::NotFound, words::unsubscribe::EXPIRED)
}

fn respond_choice(app: &App, token: &str, recipient: &Recipient) -> Response {
    web::page(StatusCode::OK, views::choice(&app.product, token, recipient))
}

fn respond_problem(app: &App, format: ResponseFormat, problem: Problem) -> Response {
    match problem.kind {
        Kind::NotFound => web::problem_or_page(format, problem, |_| views::expired(&app.product)),
        _ => web::problem_response(format, problem),
    }
}
