//! `GET /operator/organizations/{id}`: status, trial, billing, emails, and admins of one
//! organization.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{org::Org, people::User, secret::Secret};
use http::StatusCode;
use maud::Markup;
use web::{FieldError, PathParam, Problem, ResponseFormat};

use crate::{
    App,
    auth::AuthenticatedOperator,
    handlers::action::ActionRequest,
    out::OrganizationOut,
    views::{
        action_form::Rejected,
        organization::{FormName, render},
    },
};

/// `GET /operator/organizations/{id}`: shows one organization.
pub async fn organization(
    auth: AuthenticatedOperator,
    State(app): State<Arc<App>>,
    PathParam(id): PathParam,
) -> Response {
    web::respond(auth.format, show(&app, &auth, &id).await)
}

async fn show(app: &App, auth: &AuthenticatedOperator, id: &str) -> Result<Response, Problem> {
    let org = load_org(app, id).await?;
    Ok(match auth.format {
        ResponseFormat::Json => Json(OrganizationOut::of(&org, auth.now)).into_response(),
        ResponseFormat::Page => {
            let unverified = load_unverified(app, &org).await?;
            web::page(StatusCode::OK, render_page(app, auth, &org, unverified.as_ref(), None))
        }
    })
}

/// Loads the founder if they never verified their address. Such an organization has no other member,
/// because its invitations wait until then.
async fn load_unverified(app: &App, org: &Org) -> Result<Option<User>, store::Error> {
    let [founder] = org.admins.as_slice() else { return Ok(None) };
    let user = app.store.load_user(founder.user).await?;
    Ok(user.map(|user| user.value).filter(|user| !user.verified))
}

/// Loads the organization whose id is in the path.
///
/// # Errors
/// 404 if the organization does not exist.
pub async fn load_org(app: &App, id: &str) -> Result<Org, Problem> {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    let found = app.store.load_org(id).await?;
    found.map(|org| org.value).ok_or_else(Problem::not_found)
}

/// Responds to an action on the organization whose form is invalid.
pub async fn respond_invalid(
    request: &ActionRequest,
    org: &Org,
    form: FormName,
    errors: Vec<FieldError>,
) -> Result<Response, Problem> {
    let unverified = match request.auth.format {
        ResponseFormat::Page => load_unverified(&request.app, org).await?,
        ResponseFormat::Json => None,
    };
    request.respond_invalid(errors, |rejected| {
        render_page(&request.app, &request.auth, org, unverified.as_ref(), Some((form, rejected)))
    })
}

fn render_page(
    app: &App,
    auth: &AuthenticatedOperator,
    org: &Org,
    unverified: Option<&User>,
    rejected: Option<(FormName, Rejected<'_>)>,
) -> Markup {
    let token = Secret::new(app.entropy.bytes()).reveal();
    auth.page(app, org.name.as_str(), render(org, unverified, rejected, (&token, app.config.mode), auth.now))
}
