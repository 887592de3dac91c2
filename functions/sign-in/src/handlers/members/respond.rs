//! The responses to a change of members or invitations.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::json;
use web::{FormRequest, Kind, Problem, ResponseFormat};

use super::{
    changed::Changed,
    errors::{is_no_seat, is_unverified},
    page::{PAGE, load_page},
};
use crate::{
    App,
    views::members::{self as views, Draft},
};

/// Responds to a change: a browser returns to the page, and an API client gets the changed item.
pub fn respond_changed(format: ResponseFormat, changed: &Changed) -> Response {
    match (changed, format) {
        (Changed::Left, _) => web::end_session(web::success(format, "/")),
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
        (Changed::NewRole(member), ResponseFormat::Json) => Json(json!({
            "success": true,
            "user": member.user.to_string(),
            "role": member.role.as_str(),
        }))
        .into_response(),
        _ => web::success(format, PAGE),
    }
}

/// Converts a problem into a response. A browser gets the page again for field errors and rate
/// limits, with the entered values.
pub async fn respond_problem(app: &App, form: &FormRequest, problem: Problem) -> Response {
    if form.format == ResponseFormat::Json {
        return web::problem_response(form.format, problem);
    }
    let (headers, fields) = (&form.headers, form.fields().ok());
    let page = match problem.kind {
        Kind::Invalid | Kind::TooMany if fields.is_some() => {
            load_page(app, headers, &Draft { fields, problem: Some(&problem) }).await
        }
        // The page says why there is no form.
        Kind::PaymentRequired if is_no_seat(&problem) => {
            load_page(app, headers, &Draft { fields: None, problem: Some(&problem) }).await
        }
        Kind::Forbidden if is_unverified(&problem) => {
            app.authenticate(headers).await.map(|caller| views::unverified(&app.product, &caller))
        }
        _ => return web::respond_or_login(form.format, PAGE, Err(problem)),
    };
    web::respond_or_login(form.format, PAGE, page.map(|page| web::problem_page(problem, page)))
}
