//! `POST /operator/review/{id}/dismiss`: removes an event from the review queue.

use axum::response::Response;
use domain::people::ActionRecord;
use store::{Error, ReviewItem, ReviewedEvent};
use telemetry::LogArea;
use web::Problem;

use crate::{
    handlers::action::{ActionRequest, parse_reason},
    views::{action_form::rejected_dismissal, paths, review_item::ReviewItemView},
    words,
};

/// Dismisses a parked or quarantined event. The event stays stored until it expires. A parked event
/// still applies when its customer is linked.
pub async fn dismiss(request: ActionRequest) -> Response {
    web::respond(request.auth.format, handle(&request).await)
}

async fn handle(request: &ActionRequest) -> Result<Response, Problem> {
    let auth = &request.auth;
    let event = ReviewedEvent::parse(&request.id).ok_or_else(Problem::not_found)?;
    // If the event does not exist, respond with 404 even if the form is invalid.
    let item = load_event(request, &event).await?;
    let mut errors = Vec::new();
    let Some(reason) = parse_reason(request.form.fields()?, &mut errors) else {
        return request.respond_invalid(errors, |rejected| {
            let main = rejected_dismissal(&ReviewItemView::of(&item, auth.now), rejected);
            auth.page(&request.app, words::actions::DISMISS, main)
        });
    };
    commit_dismissal(request, &event, &auth.operator.record(reason, auth.now)).await?;
    Ok(web::success(auth.format, paths::QUEUE))
}

async fn load_event(request: &ActionRequest, event: &ReviewedEvent) -> Result<ReviewItem, Problem> {
    request.app.store.load_reviewed_event(event).await?.ok_or_else(Problem::not_found)
}

async fn commit_dismissal(
    request: &ActionRequest,
    event: &ReviewedEvent,
    record: &ActionRecord,
) -> Result<(), Problem> {
    match request.app.store.dismiss(event, record).await {
        Ok(()) => {
            let operator = request.auth.operator.user();
            tracing::info!(area = %LogArea::Operator, event = %request.id, %operator, "dismissed event");
            Ok(())
        }
        // The customer was linked in the meantime, which deleted the event.
        Err(Error::Conflict) => Err(Problem::not_found()),
        Err(error) => Err(error.into()),
    }
}
