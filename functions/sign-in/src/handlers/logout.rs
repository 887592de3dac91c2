//! `/logout`: ends a session in the table and in the browser.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::HeaderMap;
use telemetry::LogArea;
use web::ResponseFormat;

use crate::App;

/// `POST /logout`: ends the session, and responds with success only after it is deleted from the
/// table.
pub async fn logout(State(app): State<Arc<App>>, format: ResponseFormat, headers: HeaderMap) -> Response {
    if let Some(token) = web::session::token(&headers)
        && let Err(error) = app.store.end_session(&token).await
    {
        return web::problem_response(format, error.into());
    }
    tracing::info!(area = %LogArea::Access, "signed out");
    web::end_session(web::see_other("/"))
}
