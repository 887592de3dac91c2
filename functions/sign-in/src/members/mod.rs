//! `/members`: the members of an organization and its invitations.
//!
//! Admins invite and remove members, and change roles. Every member sees the list and can leave.

mod change;
mod errors;
mod inviting;
mod membership;
mod page;
mod request;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Request, State, rejection::PathRejection},
    http::header::SET_COOKIE,
    response::{IntoResponse, Response},
    routing::{get, post},
};
pub use errors::to_problem;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use web::{Fields, Kind, Problem, ResponseFormat};

use crate::{
    App, auth,
    members::{
        change::Changed,
        page::{Draft, MembersPage},
        request::TeamRequest,
    },
};

/// The page to which the forms return.
const PAGE: &str = "/members";

type Id = Result<Path<String>, PathRejection>;

pub fn routes() -> Router<Arc<App>> {
    // An ID that is not valid UTF-8 becomes an empty text. The response is 404, but only after the
    // caller is authorized.
    let with_id = |team_request: fn(String) -> TeamRequest| {
        post(move |State(app): State<Arc<App>>, id: Id, request: Request| async move {
            handle(&app, team_request(id.map(|Path(id)| id).unwrap_or_default()), request).await
        })
    };
    let without_id = |team_request: fn() -> TeamRequest| {
        post(move |State(app): State<Arc<App>>, request: Request| async move {
            handle(&app, team_request(), request).await
        })
    };
    Router::new()
        .route("/members", get(show))
        .route("/members/invitations", without_id(|| TeamRequest::Invite))
        .route("/members/invitations/{invitation}/resend", with_id(TeamRequest::Resend))
        .route("/members/invitations/{invitation}/revoke", with_id(TeamRequest::Revoke))
        .route("/members/leave", without_id(|| TeamRequest::Leave))
        .route("/members/{user}/remove", with_id(TeamRequest::Remove))
        .route("/members/{user}/role", with_id(TeamRequest::ChangeRole))
}

/// `GET /members`: shows the page. Admins see members and invitations, with the buttons that change
/// them. Other members see only the names, roles, and dates of members.
async fn show(State(app): State<Arc<App>>, request: Request) -> Response {
    let page = render(&app, request.headers(), &Draft::default()).await;
    auth::respond(ResponseFormat::Page, PAGE, page.map(|markup| web::page(StatusCode::OK, markup)))
}

/// Renders the page.
///
/// The session token contains the id of the organization, so members and invitations are read while
/// the session is still being checked. The page shows them only if the session is valid.
async fn render(app: &App, headers: &HeaderMap, draft: &Draft<'_>) -> Result<maud::Markup, Problem> {
    let token = web::session::token(headers).ok_or_else(Problem::unauthorized)?;
    let (caller, members, invitations) = tokio::join!(
        app.authenticate(headers),
        app.store.load_members(token.org),
        app.store.load_invitations(token.org),
    );
    let caller = caller?;
    let (members, invitations) = (members?, invitations?);
    let invitations: Vec<_> = invitations
        .into_iter()
        .map(|stored| stored.value)
        .filter(|invitation| invitation.revoked_at.is_none())
        .collect();
    let page =
        MembersPage { product: &app.product, caller: &caller, members: &members, invitations: &invitations };
    Ok(page.render(draft))
}

/// Makes the requested change and responds.
async fn handle(app: &App, team_request: TeamRequest, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    let (headers, origin) = (request.headers().clone(), web::origin(&request));
    let fields = Fields::read(request).await;
    match app.change_team(&headers, &origin, &team_request, &fields).await {
        Ok(changed) => success_response(wants, &changed),
        Err(problem) => problem_response(app, wants, &headers, &fields, problem).await,
    }
}

fn success_response(wants: ResponseFormat, changed: &Changed) -> Response {
    let mut response = match (changed, wants) {
        (Changed::Left, ResponseFormat::Page) => web::see_other("/"),
        (_, ResponseFormat::Page) => web::see_other(PAGE),
        (Changed::Invited(invitation, now), ResponseFormat::Json) => Json(json!({
            "success": true,
            "invitation": {
                "id": invitation.id().to_string(),
                "email": invitation.address.as_str(),
                "role": invitation.role.as_str(),
                "status": invitation.status(*now).as_str(),
                "expires_at": invitation.expires_at.to_string(),
            },
        }))
        .into_response(),
        (Changed::NewRole(member), ResponseFormat::Json) => Json(json!({
            "success": true,
            "user": member.user.to_string(),
            "role": member.role.as_str(),
        }))
        .into_response(),
        (Changed::Removed | Changed::Left, ResponseFormat::Json) => {
            Json(json!({ "success": true })).into_response()
        }
    };
    if matches!(changed, Changed::Left) {
        response.headers_mut().append(SET_COOKIE, web::session::clear());
    }
    response
}

/// Converts a problem into a response. A browser gets the page again for field errors and rate
/// limits, with the entered values.
async fn problem_response(
    app: &App,
    wants: ResponseFormat,
    headers: &HeaderMap,
    fields: &Result<Fields, Problem>,
    problem: Problem,
) -> Response {
    match (wants, problem.kind, fields) {
        (ResponseFormat::Page, Kind::Invalid, Ok(fields)) => {
            let draft = Draft { fields: Some(fields), errors: &problem.errors, problem: None };
            let page = render(app, headers, &draft).await;
            auth::respond(wants, PAGE, page.map(|markup| web::page(Kind::Invalid.status(), markup)))
        }
        (ResponseFormat::Page, Kind::TooMany, Ok(fields)) => {
            let draft = Draft { fields: Some(fields), errors: &[], problem: Some(&problem) };
            let page = render(app, headers, &draft).await;
            auth::respond(wants, PAGE, page.map(|markup| web::problem_page(problem, markup)))
        }
        // The page says why there is no form.
        (ResponseFormat::Page, Kind::PaymentRequired, _) if errors::is_no_seat(&problem) => {
            let draft = Draft { fields: None, errors: &[], problem: Some(&problem) };
            let page = render(app, headers, &draft).await;
            auth::respond(wants, PAGE, page.map(|markup| web::problem_page(problem, markup)))
        }
        (ResponseFormat::Page, Kind::Forbidden, _) if errors::is_unverified(&problem) => {
            match app.authenticate(headers).await {
                Ok(caller) => web::page(Kind::Forbidden.status(), page::unverified(&app.product, &caller)),
                Err(problem) => auth::respond(wants, PAGE, Err(problem)),
            }
        }
        _ => auth::respond(wants, PAGE, Err(problem)),
    }
}
