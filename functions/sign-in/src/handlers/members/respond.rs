//! The page of members and invitations, and the responses to a change of them.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode};
use maud::Markup;
use serde_json::json;
use web::{FormRequest, Kind, Problem, ResponseFormat};

use super::{errors::is_no_seat, request::Changed};
use crate::{
    App,
    views::{draft::Draft, members::MembersPage},
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
async fn load_page(app: &App, headers: &HeaderMap, draft: &Draft<'_>) -> Result<Markup, Problem> {
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

/// Responds to a change: a browser returns to the page, and an API client gets the changed item.
pub fn respond_changed(format: ResponseFormat, changed: &Changed) -> Response {
    match (changed, format) {
        (Changed::Left, _) => web::end_session(web::success(format, "/")),
        (Changed::Invited(invitation, now), ResponseFormat::Json) => Json(json!({
            "success": true,
            "invitation": {
                "id": invitation.id().to_string(),
                "email": invitation.address.as_str(),
                "role": invitation.role.as_str(),
                "status": invitation.status(*now).as_str(),
                "expires_at": (!invitation.waits).then(|| invitation.expires_at.to_string()),
            },
        }))
        .into_response(),
        (Changed::NewRole(member), ResponseFormat::Json) => Json(json!({
            "success": true,
            "user": member.user.to_string(),
            "role": member.role.as_str(),
        }))
        .into_response(),
        _ => web::success(format, PAGE),
    }
}

/// Converts a problem into a response. A browser gets the page again for field errors, rate limits,
/// and conflicts of the invitation form, with the entered values.
pub async fn respond_problem(app: &App, form: &FormRequest, problem: Problem) -> Response {
    if form.format == ResponseFormat::Json {
        return web::problem_response(form.format, problem);
    }
    let (headers, fields) = (&form.headers, form.fields().ok());
    let page = match problem.kind {
        // Only the invitation form has this field, so the page keeps what was typed.
        Kind::Conflict if fields.is_some_and(|fields| fields.get("email").is_some()) => {
            load_page(app, headers, &Draft { fields, problem: Some(&problem) }).await
        }
        Kind::Invalid | Kind::TooMany if fields.is_some() => {
            load_page(app, headers, &Draft { fields, problem: Some(&problem) }).await
        }
        // The page says why there is no form.
        Kind::PaymentRequired if is_no_seat(&problem) => {
            load_page(app, headers, &Draft { fields: None, problem: Some(&problem) }).await
        }
        _ => return web::respond_or_login(form.format, PAGE, Err(problem)),
    };
    web::respond_or_login(form.format, PAGE, page.map(|page| web::problem_page(problem, page)))
}
