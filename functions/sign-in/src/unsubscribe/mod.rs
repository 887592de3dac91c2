//! `/mail/unsubscribe/{token}`: the link in a reminder by which its reader gets no more of them.
//!
//! No session is asked for: who has the mail may decide about its like. So the link tells nothing that the mail did
//! not say, and can do nothing else.

mod page;

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Request, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use domain::{
    address::Address,
    name::Name,
    org::{Org, Reminders},
    secret::Secret,
};
use http::StatusCode;
use serde_json::json;
use store::Unsubscription;
use web::{Kind, Problem, ResponseFormat};

use crate::{App, store_problem};

type Token = Result<Path<String>, PathRejection>;

/// Whose reminders a link is about, and what they want now.
struct Reader {
    organization: Name,
    address: Address,
    reminders: Reminders,
}

impl Reader {
    /// `None` once they are no admin: then there is nothing to end, and nothing to tell.
    fn of(org: &Org, link: &Unsubscription) -> Option<Self> {
        let admin = org.admin(link.user)?;
        Some(Self {
            organization: org.name.clone(),
            address: admin.address.clone(),
            reminders: admin.reminders,
        })
    }
}

/// `GET /mail/unsubscribe/{token}`: what the link does, and a button. Mail scanners look here too, so it does nothing.
pub async fn show(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let (wants, token) = (ResponseFormat::of(request.headers()), text(token));
    match look(&app, &token).await {
        Ok(reader) => web::page(StatusCode::OK, page::of(&app.product, &token, &reader)),
        Err(problem) => refuse(&app, wants, problem),
    }
}

/// `POST /mail/unsubscribe/{token}`: no more reminders. Mail programs post here for their readers, from anywhere and
/// with `List-Unsubscribe=One-Click` as the body (RFC 8058); what the body says makes no difference. They cannot be
/// relied on to follow a redirect, so the answer is a page of its own.
pub async fn stop(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let (wants, token) = (ResponseFormat::of(request.headers()), text(token));
    match (set(&app, &token, Reminders::Unwanted).await, wants) {
        (Ok(reader), ResponseFormat::Page) => {
            web::page(StatusCode::OK, page::of(&app.product, &token, &reader))
        }
        (Ok(_), ResponseFormat::Json) => Json(json!({ "success": true })).into_response(),
        (Err(problem), _) => refuse(&app, wants, problem),
    }
}

/// `POST /mail/unsubscribe/{token}/undo`: reminders after all. Only people do this, on our own page.
pub async fn undo(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let (wants, token) = (ResponseFormat::of(request.headers()), text(token));
    match (set(&app, &token, Reminders::Wanted).await, wants) {
        // The token was read as a secret, so it is of hex digits.
        (Ok(_), ResponseFormat::Page) => web::see_other(&format!("/mail/unsubscribe/{token}")),
        (Ok(_), ResponseFormat::Json) => Json(json!({ "success": true })).into_response(),
        (Err(problem), _) => refuse(&app, wants, problem),
    }
}

/// What is not even text is no link.
fn text(token: Token) -> String {
    token.map(|Path(token)| token).unwrap_or_default()
}

async fn look(app: &App, token: &str) -> Result<Reader, Problem> {
    let link = find(app, token).await?;
    let org = app.store.load_org(link.org).await.map_err(store_problem)?;
    org.and_then(|org| Reader::of(&org.value, &link)).ok_or_else(gone)
}

/// Writes down what the reader wants. Wanting it twice is wanting it once, and writes nothing.
async fn set(app: &App, token: &str, reminders: Reminders) -> Result<Reader, Problem> {
    let link = find(app, token).await?;
    let decide = |org: &mut Org| {
        org.set_reminders(link.user, reminders);
        Reader::of(org, &link).ok_or(())
    };
    let changed = app.store.change_org(link.org, decide).await.map_err(store_problem)?;
    changed.and_then(Result::ok).ok_or_else(gone)
}

/// The link of that token, if it still works. The table's own tidying is late, so the time is judged here.
async fn find(app: &App, token: &str) -> Result<Unsubscription, Problem> {
    let secret: Secret = token.parse().map_err(|()| gone())?;
    let link = app.store.load_unsubscription(secret.hash()).await.map_err(store_problem)?;
    link.filter(|link| app.clock.now() < link.expires_at).ok_or_else(gone)
}

/// Old links, links never made and links of people who left are told alike.
fn gone() -> Problem {
    Problem::new(Kind::NotFound, "This link no longer works. Newer mails carry a newer one.")
}

fn refuse(app: &App, wants: ResponseFormat, problem: Problem) -> Response {
    match (wants, problem.kind) {
        (ResponseFormat::Page, Kind::NotFound) => web::page(problem.kind.status(), page::gone(&app.product)),
        _ => web::refuse(wants, problem),
    }
}
