//! What the handlers of actions have in common: the request, the required reason, and the responses.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use domain::people::Reason;
use maud::Markup;
use serde::Serialize;
use web::{FieldError, Fields, FormRequest, Kind, PathParam, Problem, ResponseFormat};

use crate::{App, auth::AuthenticatedOperator, views::action_form::Rejected};

/// An operator's request for an action on one organization or event.
pub struct ActionRequest {
    pub app: Arc<App>,
    pub auth: AuthenticatedOperator,
    /// Id in the path, which is not parsed yet.
    pub id: String,
    pub form: FormRequest,
}

impl FromRequest<Arc<App>> for ActionRequest {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let auth = AuthenticatedOperator::from_request_parts(&mut parts, app).await?;
        let Ok(PathParam(id)) = PathParam::from_request_parts(&mut parts, app).await;
        let Ok(form) = FormRequest::from_request(Request::from_parts(parts, body), app).await;
        Ok(Self { app: app.clone(), auth, id, form })
    }
}

impl ActionRequest {
    /// Responds to an invalid form. A browser gets a page that shows the form again, with the
    /// errors beside their fields.
    pub fn respond_invalid(
        &self,
        errors: Vec<FieldError>,
        page: impl FnOnce(Rejected<'_>) -> Markup,
    ) -> Result<Response, Problem> {
        match self.auth.format {
            ResponseFormat::Json => Err(Problem::invalid(errors)),
            ResponseFormat::Page => {
                let rejected = Rejected { fields: self.form.fields()?, errors: &errors };
                Ok(web::page(Kind::Invalid.status(), page(rejected)))
            }
        }
    }

    /// Responds to a finished action. A browser is redirected to `next`.
    pub fn respond_done(&self, next: &str, out: impl Serialize) -> Response {
        match self.auth.format {
            ResponseFormat::Page => web::see_other(next),
            ResponseFormat::Json => Json(out).into_response(),
        }
    }
}

/// Parses the reason of an action. If it is invalid, adds the error to `errors`.
pub fn parse_reason(fields: &Fields, errors: &mut Vec<FieldError>) -> Option<Reason> {
    let reason = Reason::parse(fields.get("reason").unwrap_or_default());
    reason.map_err(|error| errors.push(FieldError::new("reason", error.code(), error.to_string()))).ok()
}
