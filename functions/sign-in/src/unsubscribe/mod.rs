//! `/mail/unsubscribe/{token}`: the link in a trial reminder that stops reminders.
//!
//! The link applies to one admin of one organization and needs no session. So its page shows only
//! facts that the reminder also contained, and the link can change only this admin's choice about
//! reminders.

mod page;

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Request, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use domain::{
    org::{Org, Reminders},
    people::{Address, Name},
    secret::Secret,
};
use http::StatusCode;
use serde_json::json;
use store::Unsubscription;
use web::{Kind, Problem, ResponseFormat};

use crate::{App, words};

type Token = Result<Path<String>, PathRejection>;

/// The admin whose reminders a link stops, with their current choice.
struct Recipient {
    organization: Name,
    address: Address,
    reminders: Reminders,
}

impl Recipient {
    /// Returns the recipient of a link. Returns `None` if the user is no longer an admin, because
    /// only admins get reminders.
    fn of(org: &Org, link: &Unsubscription) -> Option<Self> {
        let admin = org.admin(link.user)?;
        Some(Self {
            organization: org.name.clone(),
            address: admin.address.clone(),
            reminders: admin.reminders,
        })
    }
}

/// `GET /mail/unsubscribe/{token}`: shows the current choice and a button that changes it.
///
/// This request changes nothing, because email scanners open the link too.
pub async fn show(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let (wants, token) = (ResponseFormat::of(request.headers()), text(token));
    match load(&app, &token).await {
        Ok(recipient) => web::page(StatusCode::OK, page::choice(&app.product, &token, &recipient)),
        Err(problem) => problem_response(&app, wants, problem),
    }
}

/// `POST /mail/unsubscribe/{token}`: stops reminders.
///
/// Email programs post here for their users, from any origin and with the body
/// `List-Unsubscribe=One-Click` (RFC 8058). The handler ignores the body. The response is a page
/// and not a redirect, because an email program may not follow redirects.
pub async fn stop(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let (wants, token) = (ResponseFormat::of(request.headers()), text(token));
    match (set(&app, &token, Reminders::Unwanted).await, wants) {
        (Ok(recipient), ResponseFormat::Page) => {
            web::page(StatusCode::OK, page::choice(&app.product, &token, &recipient))
        }
        (Ok(_), ResponseFormat::Json) => Json(json!({ "success": true })).into_response(),
        (Err(problem), _) => problem_response(&app, wants, problem),
    }
}

/// `POST /mail/unsubscribe/{token}/undo`: turns reminders on again. Only the button on the page
/// posts here, so the cross-site rule applies.
pub async fn undo(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let (wants, token) = (ResponseFormat::of(request.headers()), text(token));
    match (set(&app, &token, Reminders::Wanted).await, wants) {
        // `set` parsed the token as a secret, so the token consists of hex digits.
        (Ok(_), ResponseFormat::Page) => web::see_other(&format!("/mail/unsubscribe/{token}")),
        (Ok(_), ResponseFormat::Json) => Json(json!({ "success": true })).into_response(),
        (Err(problem), _) => problem_response(&app, wants, problem),
    }
}

/// Returns the token in the path. A path segment that is not valid UTF-8 becomes an empty text.
fn text(token: Token) -> String {
    token.map(|Path(token)| token).unwrap_or_default()
}

async fn load(app: &App, token: &str) -> Result<Recipient, Problem> {
    let link = find(app, token).await?;
    let org = app.store.load_org(link.org).await?;
    org.and_then(|org| Recipient::of(&org.value, &link)).ok_or_else(expired)
}

/// Stores the recipient's choice. If the choice is already stored, writes nothing.
async fn set(app: &App, token: &str, reminders: Reminders) -> Result<Recipient, Problem> {
    let link = find(app, token).await?;
    let decide = |org: &mut Org| {
        org.set_reminders(link.user, reminders);
        Recipient::of(org, &link).ok_or(())
    };
    let changed = app.store.change_org(link.org, decide).await?;
    changed.and_then(Result::ok).ok_or_else(expired)
}

/// Finds the link of a token.
///
/// DynamoDB deletes expired items late, so this function also checks whether the link has expired.
async fn find(app: &App, token: &str) -> Result<Unsubscription, Problem> {
    let secret: Secret = token.parse().map_err(|()| expired())?;
    let link = app.store.load_unsubscription(secret.hash()).await?;
    link.filter(|link| app.clock.now() < link.expires_at).ok_or_else(expired)
}

/// Returns the problem of a link that does not work. It is the same for an expired link, an unknown
/// link, and a link of a former admin.
fn expired() -> Problem {
    Problem::new(Kind::NotFound, words::unsubscribe::EXPIRED)
}

fn problem_response(app: &App, wants: ResponseFormat, problem: Problem) -> Response {
    match (wants, problem.kind) {
        (ResponseFormat::Page, Kind::NotFound) => {
            web::page(problem.kind.status(), page::expired(&app.product))
        }
        _ => web::problem_response(wants, problem),
    }
}
