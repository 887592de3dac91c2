//! `GET /operator/organizations/{id}`: status, trial, billing, emails, and admins of one
//! organization.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{org::Org, secret::Secret};
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
    let outcome = load_org(&app, &id).await.map(|org| match auth.format {
        ResponseFormat::Json => Json(OrganizationOut::of(&org, auth.now)).into_response(),
        ResponseFormat::Page => web::page(StatusCode::OK, render_page(&app, &auth, &org, None)),
    });
    web::respond(auth.format, outcome)
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
pub fn respond_invalid(
    request: &ActionRequest,
    org: &Org,
    form: FormName,
    errors: Vec<FieldError>,
) -> Result<Response, Problem> {
    request.respond_invalid(errors, |rejected| {
        render_page(&request.app, &request.auth, org, Some((form, rejected)))
    })
}

fn render_page(
    app: &App,
    auth: &AuthenticatedOperator,
    org: &Org,
    rejected: Option<(FormName, Rejected<'_>)>,
) -> Markup {
    let token = Secret::new(app.entropy.bytes()).reveal();
    auth.page(app, org.name.as_str(), render(org, rejected, &token, auth.now))
}
