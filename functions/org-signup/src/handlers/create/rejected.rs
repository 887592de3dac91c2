//! The response to a form with invalid fields, or to a requester who exceeds a rate limit.

use axum::response::Response;
use maud::Render;
use web::Problem;

use super::attempt::Attempt;
use crate::views::form::Form;

/// Responds with the problem. A page contains the form with the entered values, and shows the error
/// of each invalid field beside it.
pub fn respond_rejected(attempt: &Attempt<'_>, problem: Problem) -> Response {
    let Attempt { app, request, fields, requester, .. } = attempt;
    web::problem_or_page(request.format, problem, |problem| {
        let new_token = app.form_token();
        let form = Form {
            product: &app.config.product,
            trial_days: app.config.trial_for(requester.user().map(|user| &user.value)),
            signed_in: requester.signed_in(),
            creation_grant: requester.creation_grant().and_then(|_| fields.get("founding")),
            token: fields.get("form_token").filter(|token| web::is_form_token(token)).unwrap_or(&new_token),
            checklists: &app.config.checklists,
            fields,
            problem: Some(problem),
        };
        form.render()
    })
}
