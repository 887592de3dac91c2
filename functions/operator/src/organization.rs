//! `GET /operator/organizations/{id}`: status, trial, billing, emails, and admins of one
//! organization.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use domain::{org::Org, secret::Secret};
use http::StatusCode;
use web::{Problem, ResponseFormat};

use crate::{
    App,
    auth::AuthenticatedOperator,
    out::OrganizationOut,
    pages::organization::{Rejected, render},
};

/// Handles a request for the page or the JSON of one organization.
pub async fn show(
    auth: AuthenticatedOperator,
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
) -> Response {
    let id = id.map(|Path(id)| id).unwrap_or_default();
    match (app.org(&id).await, auth.format) {
        (Ok(org), ResponseFormat::Json) => Json(OrganizationOut::of(&org, auth.now)).into_response(),
        (Ok(org), ResponseFormat::Page) => app.org_page(&auth, StatusCode::OK, &org, None),
        (Err(problem), format) => web::problem_response(format, problem),
    }
}

impl App {
    /// Loads the organization whose id is in the path.
    pub async fn org(&self, id: &str) -> Result<Org, Problem> {
        let id = id.parse().map_err(|_| Problem::not_found())?;
        let found = self.store.load_org(id).await?;
        found.map(|org| org.value).ok_or_else(Problem::not_found)
    }

    /// Renders the organization's page. `rejected` is a form with errors.
    pub fn org_page(
        &self,
        auth: &AuthenticatedOperator,
        status: StatusCode,
        org: &Org,
        rejected: Option<&Rejected<'_>>,
    ) -> Response {
        let token = Secret::new(self.entropy.bytes()).reveal();
        let main = render(org, rejected, &token, auth.now);
        web::page(status, auth.page(self, org.name.as_str(), main))
    }
}
