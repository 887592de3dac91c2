//! `/logout`: ends a session in the table and in the browser.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::header::SET_COOKIE,
    response::Response,
};
use telemetry::LogArea;
use web::ResponseFormat;

use crate::{App, respond};

/// `POST /logout`: ends the session, and responds with success only after it is deleted from the
/// table.
pub async fn logout(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    if let Some(token) = web::session::token(request.headers())
        && let Err(error) = app.store.end_session(&token).await
    {
        return respond(wants, Err(error.into()));
    }
    tracing::info!(area = %LogArea::Access, "signed out");
    let mut response = web::see_other("/");
    response.headers_mut().append(SET_COOKIE, web::session::clear());
    response
}
