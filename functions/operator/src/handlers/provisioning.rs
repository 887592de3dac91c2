//! The actions on the run of the host app's steps:
//!
//! - `POST /operator/organizations/{id}/retry-step`: makes the current step due at once.
//! - `POST /operator/organizations/{id}/skip-step`: counts the current step as done.
//! - `POST /operator/organizations/{id}/fail-run`: gives the run up.
//!
//! The function `provisioner` makes the call: at once after a visible change, which sends a domain event, or
//! with its next scheduled run.

use axum::response::Response;
use domain::provisioning::OperatorAction;
use telemetry::LogArea;
use web::{FieldError, Fields, Kind, Problem};

use crate::{
    handlers::{
        action::{ActionRequest, parse_reason},
        organization::{load_org, respond_invalid},
    },
    out::ActionOut,
    views::{organization::FormName, paths},
    words::provisioning as text,
};

/// Makes the current or failed step due at once, with a new deadline.
pub async fn retry_step(request: ActionRequest) -> Response {
    let action = |_: &Fields, _: &mut Vec<FieldError>| Some(OperatorAction::RetryStep);
    web::respond(request.auth.format, handle(&request, FormName::RetryStep, action).await)
}

/// Counts the step that the form names, the current or failed one, as done.
pub async fn skip_step(request: ActionRequest) -> Response {
    web::respond(request.auth.format, handle(&request, FormName::SkipStep, parse_skip).await)
}

/// Gives the run up.
pub async fn fail_run(request: ActionRequest) -> Response {
    let action = |_: &Fields, _: &mut Vec<FieldError>| Some(OperatorAction::FailRun);
    web::respond(request.auth.format, handle(&request, FormName::FailRun, action).await)
}

/// Takes the action that `parse_action` reads from the fields, with the reason.
async fn handle(
    request: &ActionRequest,
    form: FormName,
    parse_action: impl FnOnce(&Fields, &mut Vec<FieldError>) -> Option<OperatorAction>,
) -> Result<Response, Problem> {
    // If the organization does not exist, respond with 404 even if the form is invalid.
    let org = load_org(&request.app, &request.id).await?;
    let (fields, mut errors) = (request.form.fields()?, Vec::new());
    let (action, reason) = (parse_action(fields, &mut errors), parse_reason(fields, &mut errors));
    let Some((action, reason)) = action.zip(reason) else {
        return respond_invalid(request, &org, form, errors).await;
    };
    let (operator, now) = (&request.auth.operator, request.auth.now);
    let record = operator.record(reason, now);
    let changed = request.app.store.change_org(org.id, now, |org| {
        let taken = org.change_run(now, |run| run.take_action(action.clone(), record.clone()));
        if taken == Some(true) { Ok(org.clone()) } else { Err(()) }
    });
    let changed = changed.await?.ok_or_else(Problem::not_found)?;
    let after = changed.map_err(|()| Problem::new(Kind::Conflict, text::NOT_POSSIBLE))?;
    tracing::info!(
        area = %LogArea::Operator,
        organization = %org.id,
        operator = %operator.user(),
        action = form.id(),
        "changed run"
    );
    Ok(request.respond_done(&paths::organization(org.id), ActionOut::of(&after, now)))
}

/// Parses the step to skip. If it is invalid, adds the error to `errors`.
fn parse_skip(fields: &Fields, errors: &mut Vec<FieldError>) -> Option<OperatorAction> {
    let step = fields.get("step").and_then(|key| key.trim().parse().ok());
    if step.is_none() {
        errors.push(FieldError::new("step", "invalid", text::INVALID_STEP));
    }
    step.map(OperatorAction::SkipStep)
}
