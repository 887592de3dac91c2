//! `GET /operator/organizations/{id}`: one organization, with everything that an operator is asked about.

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
    pages::organization::{Form, render},
    store_problem,
};

/// `GET /operator/organizations/{id}`.
pub async fn show(
    desk: AuthenticatedOperator,
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
) -> Response {
    let id = id.map(|Path(id)| id).unwrap_or_default();
    match (app.org(&id).await, desk.wants) {
        (Ok(org), ResponseFormat::Json) => Json(OrganizationOut::of(&org, desk.now)).into_response(),
        (Ok(org), ResponseFormat::Page) => app.org_page(&desk, StatusCode::OK, &org, &Form::default()),
        (Err(problem), wants) => web::problem_response(wants, problem),
    }
}

impl App {
    /// The organization that a path names.
    pub async fn org(&self, id: &str) -> Result<Org, Problem> {
        let id = id.parse().map_err(|_| Problem::not_found())?;
        let found = self.store.load_org(id).await.map_err(store_problem)?;
        found.map(|org| org.value).ok_or_else(Problem::not_found)
    }

    /// The organization's page, with the form as it was filled in.
    pub fn org_page(
        &self,
        desk: &AuthenticatedOperator,
        status: StatusCode,
        org: &Org,
        form: &Form<'_>,
    ) -> Response {
        let token = Secret::new(self.entropy.bytes()).reveal();
        let main = render(org, form, &token, desk.now);
        web::page(status, desk.page(self, org.name.as_str(), main))
    }
}
