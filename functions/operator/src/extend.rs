//! `POST /operator/organizations/{id}/extend-trial`: parse, load, decide, commit, answer.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Request, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use domain::{
    event::{DomainEvent, between},
    extension::{Days, FirstTrial, Grant, NotExtendable, Reason},
    org::Org,
    secret::Hash,
};
use http::HeaderMap;
use telemetry::{LogArea, Metric};
use web::{FieldError, Fields, Kind, Problem, ResponseFormat};

use crate::{
    App, auth::AuthenticatedOperator, find::path, out::ExtendedOut, pages::organization::Form, store_problem,
};

/// `POST /operator/organizations/{id}/extend-trial`.
pub async fn extend(
    desk: AuthenticatedOperator,
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let id = id.map(|Path(id)| id).unwrap_or_default();
    match take(&app, &desk, &id, request).await {
        Ok(response) => response,
        Err(problem) => web::problem_response(desk.wants, problem),
    }
}

async fn take(
    app: &App,
    desk: &AuthenticatedOperator,
    id: &str,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    // Whether there is such an organization is judged before what is to be done with it.
    let org = app.org(id).await?;
    let fields = Fields::read(request).await?;
    let grant = match parse(app, &fields, &headers) {
        Ok(grant) => grant,
        Err(faults) if desk.wants == ResponseFormat::Page => {
            let form = Form::refused(&fields, &faults);
            return Ok(app.org_page(desk, Kind::Invalid.status(), &org, &form));
        }
        Err(faults) => return Err(Problem::invalid(faults)),
    };
    let org = commit(app, desk, &org, &grant).await?;
    Ok(match desk.wants {
        ResponseFormat::Page => web::see_other(&path(org.id)),
        ResponseFormat::Json => Json(ExtendedOut::of(&org, desk.now)).into_response(),
    })
}

/// What is asked for, or every fault of it.
fn parse(app: &App, fields: &Fields, headers: &HeaderMap) -> Result<Grant, Vec<FieldError>> {
    let mut faults = Vec::new();
    let days = Days::parse(fields.get("days").unwrap_or_default());
    let days = days.map_err(|fault| faults.push(FieldError::new("days", "invalid", fault.to_string())));
    let reason = Reason::parse(fields.get("reason").unwrap_or_default());
    let reason =
        reason.map_err(|fault| faults.push(FieldError::new("reason", fault.code(), fault.to_string())));
    let request = web::form_token(fields, headers).map(|token| match token {
        Some(token) => Hash::of(&[b"extension", token.as_bytes()]),
        // Who sends no token means each request for itself.
        None => Hash::of(&[&app.entropy.bytes::<32>()]),
    });
    let request = request.map_err(|fault| faults.push(fault));
    match (days, reason, request) {
        (Ok(days), Ok(reason), Ok(request)) => Ok(Grant { days, reason, request }),
        _ => Err(faults),
    }
}

async fn commit(app: &App, desk: &AuthenticatedOperator, org: &Org, grant: &Grant) -> Result<Org, Problem> {
    let now = desk.now;
    let first =
        FirstTrial { reminder_days: app.config.reminder_days.clone(), project: app.entropy.project_id(now) };
    let changed = app.store.change_org(org.id, |org| {
        let before = org.clone();
        org.extend_trial(&desk.operator, grant, &first, now)?;
        Ok::<_, NotExtendable>((org.clone(), between(Some(&before), org)))
    });
    let changed = changed.await.map_err(store_problem)?.ok_or_else(Problem::not_found)?;
    let (after, events) = changed.map_err(|why| Problem::new(Kind::Conflict, why.to_string()))?;
    for event in events {
        match event {
            DomainEvent::TrialExtended { days } => {
                telemetry::count(Metric::TrialExtended, 1, now);
                let operator = desk.operator.user();
                tracing::info!(area = %LogArea::Operator, organization = %after.id, %operator, days, "trial extended");
            }
            DomainEvent::Provisioned(_) => telemetry::count(Metric::Provisioned, 1, now),
            _ => {}
        }
    }
    Ok(after)
}
