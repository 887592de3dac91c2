//! The response to a form with invalid fields.

use axum::response::Response;
use http::StatusCode;
use maud::{Markup, Render};
use web::{FieldError, Problem, ResponseFormat};

use super::attempt::Attempt;
use crate::views::form::Form;

/// Responds with 422 and the error of each invalid field. A page shows each error beside its field.
pub fn respond_invalid(attempt: &Attempt<'_>, errors: Vec<FieldError>) -> Response {
    match attempt.request.format {
        ResponseFormat::Json => web::problem_response(ResponseFormat::Json, Problem::invalid(errors)),
        ResponseFormat::Page => {
            web::page(StatusCode::UNPROCESSABLE_ENTITY, render_form(attempt, &errors, None))
        }
    }
}

/// Renders the form again with the values that the user entered and their errors.
pub fn render_form(attempt: &Attempt<'_>, errors: &[FieldError], problem: Option<&Problem>) -> Markup {
    let Attempt { app, fields, requester, .. } = attempt;
    let new_token = app.form_token();
    let form = Form {
        product: &app.config.product,
        trial_days: app.config.trial_for(requester.user().map(|user| &user.value)),
        signed_in: requester.signed_in(),
        creation_grant: requester.creation_grant().and_then(|_| fields.get("founding")),
        token: fields.get("form_token").filter(|token| web::is_form_token(token)).unwrap_or(&new_token),
        checklists: &app.config.checklists,
        fields,
        errors,
        problem,
    };
    form.render()
}
