//! `GET /organizations/{id}`: the page of an organization.

use axum::{extract::State, response::Response};
use domain::{org::Org, secret::Secret};
use http::{StatusCode, Uri};
use web::{Problem, ResponseFormat};

use crate::{
    app::App,
    views::{View, pages, plans},
};

/// Responds with the page of an organization:
///
/// - The session's organization: its page.
/// - An organization of which the user is a member: a page that offers to switch to it.
/// - Every other id: a 404 problem, so the response does not reveal whether the organization
///   exists.
pub async fn organization(view: View, State(app): State<App>, uri: Uri, format: ResponseFormat) -> Response {
    web::respond(format, handle(&app, &view, uri.path()).await)
}

async fn handle(app: &App, view: &View, path: &str) -> Result<Response, Problem> {
    let page = if path == view.plans() {
        let token = Secret::new(app.entropy.bytes()).reveal();
        pages::organization::render(view, &app.config, &token)
    } else {
        let other = load_other(app, view, path).await?.ok_or_else(Problem::not_found)?;
        pages::other_org::render(view, &app.config, &other)
    };
    Ok(web::page(StatusCode::OK, page))
}

/// Loads the organization whose page has the given path. Returns `None` if the user is not a member
/// of it.
async fn load_other(app: &App, view: &View, path: &str) -> Result<Option<Org>, store::Error> {
    let Some(id) = view.orgs.iter().find(|id| path == plans(**id)) else { return Ok(None) };
    Ok(app.store.load_orgs(&[*id]).await?.pop())
}
