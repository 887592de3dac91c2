//! `POST /operator/organizations/{id}/extend-trial`: extends or starts a trial.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Request, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use domain::{
    org::{DomainEvent, Org},
    secret::Hash,
    trial::{Days, FirstTrial, Grant, NotExtendable},
};
use http::HeaderMap;
use telemetry::{LogArea, Metric};
use web::{FieldError, Fields, Kind, Problem, ResponseFormat};

use crate::{
    App, action,
    auth::AuthenticatedOperator,
    find::path,
    out::ExtendedOut,
    pages::organization::{FormName, Rejected},
};

/// Handles the form that extends or starts the trial of an organization.
pub async fn extend(
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
    let headers = request.headers().clone();
    // If the organization does not exist, respond with 404 even if the form is invalid.
    let org = app.org(id).await?;
    let fields = Fields::read(request).await?;
    let grant = match parse(app, &fields, &headers) {
        Ok(grant) => grant,
        Err(errors) if auth.format == ResponseFormat::Page => {
            let rejected = Rejected { form: FormName::Extend, fields: &fields, errors: &errors };
            return Ok(app.org_page(auth, Kind::Invalid.status(), &org, Some(&rejected)));
        }
        Err(errors) => return Err(Problem::invalid(errors)),
    };
    let org = commit(app, auth, &org, &grant).await?;
    Ok(match auth.format {
        ResponseFormat::Page => web::see_other(&path(org.id)),
        ResponseFormat::Json => Json(ExtendedOut::of(&org, auth.now)).into_response(),
    })
}

/// Parses the form. If it is invalid, returns the errors of all invalid fields.
fn parse(app: &App, fields: &Fields, headers: &HeaderMap) -> Result<Grant, Vec<FieldError>> {
    let mut errors = Vec::new();
    let days = Days::parse(fields.get("days").unwrap_or_default());
    let days = days.map_err(|error| errors.push(FieldError::new("days", "invalid", error.to_string())));
    let reason = action::reason(fields, &mut errors);
    let request = web::form_token(fields, headers).map(|token| match token {
        Some(token) => Hash::of(&[b"extension", token.as_bytes()]),
        // Without a form token, a random hash makes each request a separate extension.
        None => Hash::of(&[&app.entropy.bytes::<32>()]),
    });
    let request = request.map_err(|error| errors.push(error));
    match (days, reason, request) {
        (Ok(days), Some(reason), Ok(request)) => Ok(Grant { days, reason, request }),
        _ => Err(errors),
    }
}

async fn commit(app: &App, auth: &AuthenticatedOperator, org: &Org, grant: &Grant) -> Result<Org, Problem> {
    let now = auth.now;
    let first =
        FirstTrial { reminder_days: app.config.reminder_days.clone(), project: app.entropy.project_id(now) };
    let changed = app.store.change_org(org.id, |org| {
        let before = org.clone();
        org.extend_trial(&auth.operator, grant, &first, now)?;
        Ok::<_, NotExtendable>((org.clone(), DomainEvent::between(Some(&before), org)))
    });
    let changed = changed.await?.ok_or_else(Problem::not_found)?;
    let (after, events) = changed.map_err(|error| Problem::new(Kind::Conflict, error.to_string()))?;
    for event in events {
        match event {
            DomainEvent::TrialExtended { days } => {
                telemetry::count(Metric::TrialExtended, 1, now);
                let operator = auth.operator.user();
                tracing::info!(area = %LogArea::Operator, organization = %after.id, %operator, days, "extended trial");
            }
            DomainEvent::Provisioned(_) => telemetry::count(Metric::Provisioned, 1, now),
            _ => {}
        }
    }
    Ok(after)
}
