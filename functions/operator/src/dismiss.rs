//! `POST /operator/review/{id}/dismiss`: removes an event from the review queue.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    response::Response,
};
use store::{Error, ReviewedEvent};
use telemetry::LogArea;
use web::{Fields, Kind, Problem, ResponseFormat};

use crate::{
    App, action, auth::AuthenticatedOperator, out::DoneOut, pages::dismiss::render,
    review_item::ReviewItemView, words,
};

/// Handles the form that dismisses a parked or quarantined event. The event stays stored until it
/// expires. A parked event still applies when its customer is linked.
pub async fn dismiss(
    auth: AuthenticatedOperator,
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let id = id.map(|Path(id)| id).unwrap_or_default();
    match respond(&app, &auth, &id, request).await {
        Ok(response) => response,
        Err(problem) => web::problem_response(auth.format, problem),
    }
}

async fn respond(
    app: &App,
    auth: &AuthenticatedOperator,
    id: &str,
    request: Request,
) -> Result<Response, Problem> {
    let event = ReviewedEvent::parse(id).ok_or_else(Problem::not_found)?;
    // If the event does not exist, respond with 404 even if the form is invalid.
    let item = app.store.load_reviewed_event(&event).await?;
    let item = item.ok_or_else(Problem::not_found)?;
    let fields = Fields::read(request).await?;
    let mut errors = Vec::new();
    let Some(reason) = action::reason(&fields, &mut errors) else {
        return Err(match auth.format {
            ResponseFormat::Json => Problem::invalid(errors),
            ResponseFormat::Page => {
                let main = render(&ReviewItemView::of(&item, auth.now), &fields, &errors);
                return Ok(web::page(Kind::Invalid.status(), auth.page(app, words::actions::DISMISS, main)));
            }
        });
    };
    let record = auth.operator.record(reason, auth.now);
    match app.store.dismiss(&event, &record).await {
        Ok(()) => {}
        // The customer was linked in the meantime, which deleted the event.
        Err(Error::Conflict) => return Err(Problem::not_found()),
        Err(error) => return Err(error.into()),
    }
    let operator = auth.operator.user();
    tracing::info!(area = %LogArea::Operator, event = %id, %operator, "dismissed event");
    Ok(action::done(auth, "/operator", DoneOut::DONE))
}
