//! `GET /invitations/{token}`: shows an invitation.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode, Uri};
use store::InvitationDetails;
use web::{PathParam, Problem, ResponseFormat};

use super::{
    find::{Closed, Found, load_invitation, return_path},
    respond::{is_repeated, respond_problem, respond_used},
};
use crate::{
    App,
    handlers::{browser::Browser, signed_in::HOME},
    views::invitation::{self as views, InvitationPage},
};

/// Shows the invitation with the button that accepts it.
pub async fn show(
    State(app): State<Arc<App>>,
    PathParam(token): PathParam,
    format: ResponseFormat,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let now = app.clock.now();
    let browser = Browser::of(&app, &headers);
    let page = match load_invitation(&app, &headers, &token, None, now).await {
        Ok(Found::Open(details, _)) => match has_seat(&app, &details).await {
            Ok(true) => InvitationPage::new(&app.product, &token, &details).render("", None),
            Ok(false) => views::no_seat(&app.product, &details),
            Err(problem) => return web::problem_response(format, problem),
        },
        Ok(Found::Closed(Closed::SignInFirst(details))) => {
            views::sign_in_first(&app.product, &details, &return_path(&details))
        }
        Ok(Found::Closed(Closed::OtherUser(details, user))) => {
            views::other_user(&app.product, &details, &user)
        }
        Ok(Found::Closed(Closed::Used(used))) if is_repeated(&app, &headers, &used, now).await => {
            views::accept_again(&app.product, &token)
        }
        Ok(Found::Closed(Closed::Used(used))) => return respond_used(&app, format, &headers, &used).await,
        Ok(Found::Closed(Closed::Member)) => return web::see_other(HOME),
        Err(problem) => return respond_problem(&app, format, uri.path(), problem),
    };
    browser.set_cookie(web::page(StatusCode::OK, page))
}

/// Returns whether the plan of the organization has a seat for the invited person.
async fn has_seat(app: &App, details: &InvitationDetails) -> Result<bool, Problem> {
    let (org, now) = (&details.org.value, app.clock.now());
    let members = app.store.count_members(org, now).await?;
    Ok(org.check_seats(members, now).is_ok())
}
