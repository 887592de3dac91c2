//! The response to an emailed link or a portal link that does not work.

use axum::response::Response;
use http::HeaderMap;
use maud::Markup;
use telemetry::LogArea;
use web::{Kind, Problem, ResponseFormat, auth::AuthenticatedUser};

use crate::App;

/// Returns the problem of a link that does not work. It is the same for every reason.
pub fn expired_link(detail: &'static str) -> Problem {
    Problem::new(Kind::NotFound, detail).because("link").within(LogArea::Access)
}

/// Responds to a link that does not work. `page` renders the page with the product name. If the browser
/// is signed in, it also gets the user.
pub async fn respond_expired(
    app: &App,
    format: ResponseFormat,
    headers: &HeaderMap,
    problem: Problem,
    page: impl FnOnce(&str, Option<&AuthenticatedUser>) -> Markup,
) -> Response {
    if format == ResponseFormat::Json {
        return web::problem_response(format, problem);
    }
    let user = app.signed_in(headers).await;
    web::problem_page(problem, page(&app.product, user.as_ref()))
}
