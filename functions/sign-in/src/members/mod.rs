//! `/members`: who belongs to the organization, and who may change that.

mod ask;
mod change;
mod errors;
mod inviting;
mod membership;
mod page;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Request, State, rejection::PathRejection},
    http::header::SET_COOKIE,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode};
use serde_json::json;
use web::{Fields, Kind, Problem, ResponseFormat};

use crate::{
    App, auth,
    members::{
        ask::Ask,
        change::Changed,
        page::{Draft, MembersPage},
    },
    store_problem,
};

pub use errors::to_problem;

/// The page that all of this is about.
const PAGE: &str = "/members";

type Id = Result<Path<String>, PathRejection>;

/// The routes, each with what it asks for.
pub fn routes() -> Router<Arc<App>> {
    // An id that is not even text names nobody, which is judged after everything that comes before input.
    let named = |ask: fn(String) -> Ask| {
        post(move |State(app): State<Arc<App>>, id: Id, request: Request| async move {
            handle(&app, ask(id.map(|Path(id)| id).unwrap_or_default()), request).await
        })
    };
    let plain = |ask: fn() -> Ask| {
        post(move |State(app): State<Arc<App>>, request: Request| async move {
            handle(&app, ask(), request).await
        })
    };
    Router::new()
        .route("/members", get(show))
        .route("/members/invitations", plain(|| Ask::Invite))
        .route("/members/invitations/{invitation}/resend", named(Ask::Resend))
        .route("/members/invitations/{invitation}/revoke", named(Ask::Revoke))
        .route("/members/leave", plain(|| Ask::Leave))
        .route("/members/{user}/remove", named(Ask::Remove))
        .route("/members/{user}/role", named(Ask::Appoint))
}

/// `GET /members`: for admins everybody, the invitations and what can be done about them; for members a friendly list.
async fn show(State(app): State<Arc<App>>, request: Request) -> Response {
    let page = render(&app, request.headers(), &Draft::default()).await;
    auth::respond(ResponseFormat::Page, PAGE, page.map(|markup| web::page(StatusCode::OK, markup)))
}

/// Everything is read at once: the token says where, and nothing is shown before it is proven.
async fn render(app: &App, headers: &HeaderMap, draft: &Draft<'_>) -> Result<maud::Markup, Problem> {
    let token = web::session::token(headers).ok_or_else(Problem::unauthorized)?;
    let (caller, members, invitations) = tokio::join!(
        app.authenticate(headers),
        app.store.load_members(token.org),
        app.store.load_invitations(token.org),
    );
    let caller = caller?;
    let (members, invitations) = (members.map_err(store_problem)?, invitations.map_err(store_problem)?);
    let invitations: Vec<_> = invitations
        .into_iter()
        .map(|stored| stored.value)
        .filter(|invitation| invitation.revoked_at.is_none())
        .collect();
    let page =
        MembersPage { product: &app.product, caller: &caller, members: &members, invitations: &invitations };
    Ok(page.render(draft))
}

/// Parse, load, decide, commit, answer.
async fn handle(app: &App, ask: Ask, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    let (headers, origin) = (request.headers().clone(), web::origin(&request));
    let fields = Fields::read(request).await;
    match app.change_team(&headers, &origin, &ask, &fields).await {
        Ok(changed) => done(wants, &changed),
        Err(problem) => not_done(app, wants, &headers, &fields, problem).await,
    }
}

fn done(wants: ResponseFormat, changed: &Changed) -> Response {
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
        (Changed::Appointed(member), ResponseFormat::Json) => Json(json!({
            "success": true,
            "user": member.user.to_string(),
            "role": member.role.as_str(),
        }))
        .into_response(),
        (Changed::Gone | Changed::Left, ResponseFormat::Json) => {
            Json(json!({ "success": true })).into_response()
        }
    };
    if matches!(changed, Changed::Left) {
        response.headers_mut().append(SET_COOKIE, web::session::clear());
    }
    response
}

/// What somebody typed comes back with what is wrong with it; every other problem is a page or an answer of its own.
async fn not_done(
    app: &App,
    wants: ResponseFormat,
    headers: &HeaderMap,
    fields: &Result<Fields, Problem>,
    problem: Problem,
) -> Response {
    match (wants, problem.kind, fields) {
        (ResponseFormat::Page, Kind::Invalid, Ok(fields)) => {
            let draft = Draft { fields: Some(fields), errors: &problem.errors, refused: None };
            let page = render(app, headers, &draft).await;
            auth::respond(wants, PAGE, page.map(|markup| web::page(Kind::Invalid.status(), markup)))
        }
        (ResponseFormat::Page, Kind::TooMany, Ok(fields)) => {
            let draft = Draft { fields: Some(fields), errors: &[], refused: Some(&problem) };
            let page = render(app, headers, &draft).await;
            auth::respond(wants, PAGE, page.map(|markup| web::refuse_with(problem, markup)))
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
