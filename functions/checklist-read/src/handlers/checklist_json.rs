//! `GET /onboarding/api/checklist`: the checklist as JSON.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::Request;
use web::Problem;

use crate::{app::Settings, out::ChecklistOut, views::View};

/// Responds to an admin with the checklist, or with 304 if a client polls for a checklist that it
/// already has.
pub async fn checklist_json<B>(view: View, State(config): Settings, request: Request<B>) -> Response {
    if view.admin.is_none() {
        return Problem::forbidden().into_response();
    }
    let out = ChecklistOut::of(&view, &config, &web::origin(&request));
    match serde_json::to_string(&out) {
        Ok(body) => web::conditional_response(request.headers(), "application/json", body),
        Err(error) => Problem::internal().because(error).into_response(),
    }
}
