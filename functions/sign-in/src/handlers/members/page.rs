//! The page of members and invitations.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use maud::Markup;
use web::{Problem, ResponseFormat};

use crate::{
    App,
    views::members::{Draft, MembersPage},
};

/// The page to which the forms return.
pub const PAGE: &str = "/members";

/// `GET /members`: shows the page. Admins see members and invitations, with the buttons that change
/// them. Other members see only the names, roles, and dates of members.
pub async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let page = load_page(&app, &headers, &Draft::default()).await;
    web::respond_or_login(ResponseFormat::Page, PAGE, page.map(|markup| web::page(StatusCode::OK, markup)))
}

/// Loads and renders the page.
///
/// The session token contains the id of the organization, so members and invitations are read while
/// the session is still being checked. The page shows them only if the session is valid.
pub async fn load_page(app: &App, headers: &HeaderMap, draft: &Draft<'_>) -> Result<Markup, Problem> {
    let token = web::session::token(headers).ok_or_else(Problem::unauthorized)?;
    let (caller, members, invitations) = tokio::join!(
        app.authenticate(headers),
        app.store.load_members(token.org),
        app.store.load_invitations(token.org),
    );
    let (caller, members) = (caller?, members?);
    let invitations: Vec<_> = invitations?
        .into_iter()
        .map(|stored| stored.value)
        .filter(|invitation| invitation.revoked_at.is_none())
        .collect();
    let page =
        MembersPage { product: &app.product, caller: &caller, members: &members, invitations: &invitations };
    Ok(page.render(draft))
}
