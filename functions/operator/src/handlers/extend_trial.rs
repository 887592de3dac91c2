//! `POST /operator/organizations/{id}/extend-trial`: extends or starts a trial.

use axum::response::Response;
use domain::{
    id::OrgId,
    org::{DomainEvent, Org},
    secret::Hash,
    trial::{Days, FirstTrial, Grant, NotExtendable},
};
use telemetry::{LogArea, Metric};
use web::{FieldError, Fields, Kind, Problem};

use crate::{
    handlers::{
        action::{ActionRequest, parse_reason},
        organization::{load_org, respond_invalid},
    },
    out::ExtendedOut,
    views::{organization::FormName, paths},
};

/// Extends the trial of an organization, or starts its first trial.
pub async fn extend_trial(request: ActionRequest) -> Response {
    web::respond(request.auth.format, handle(&request).await)
}

async fn handle(request: &ActionRequest) -> Result<Response, Problem> {
    // If the organization does not exist, respond with 404 even if the form is invalid.
    let org = load_org(&request.app, &request.id).await?;
    let grant = match parse_grant(request, request.form.fields()?) {
        Ok(grant) => grant,
        Err(errors) => return respond_invalid(request, &org, FormName::Extend, errors).await,
    };
    let after = commit_extension(request, org.id, &grant).await?;
    Ok(request.respond_done(&paths::organization(org.id), ExtendedOut::of(&after, request.auth.now)))
}

/// Parses the form. If it is invalid, returns the errors of all invalid fields.
fn parse_grant(request: &ActionRequest, fields: &Fields) -> Result<Grant, Vec<FieldError>> {
    let mut errors = Vec::new();
    let days = Days::parse(fields.get("days").unwrap_or_default());
    let days = days.map_err(|error| errors.push(FieldError::new("days", "invalid", error.to_string())));
    let reason = parse_reason(fields, &mut errors);
    let hash = web::form_token(fields, &request.form.headers).map(|token| match token {
        Some(token) => Hash::of(&[b"extension", token.as_bytes()]),
        // Without a form token, a random hash makes each request a separate extension.
        None => Hash::of(&[&request.app.entropy.bytes::<32>()]),
    });
    let hash = hash.map_err(|error| errors.push(error));
    match (days, reason, hash) {
        (Ok(days), Some(reason), Ok(request)) => Ok(Grant { days, reason, request }),
        _ => Err(errors),
    }
}

/// Extends the trial, and returns the organization afterward. If another write changes the
/// organization at the same time, loads and decides again.
async fn commit_extension(request: &ActionRequest, org: OrgId, grant: &Grant) -> Result<Org, Problem> {
    let (app, now) = (&request.app, request.auth.now);
    let setup = app.config.steps.setup(app.entropy.project_id(now));
    let first = FirstTrial { reminder_days: app.config.reminder_days.clone(), setup };
    let changed = app.store.change_org(org, now, |org| {
        let before = org.clone();
        org.extend_trial((&request.auth.operator).into(), grant, &first, now)?;
        Ok::<_, NotExtendable>((org.clone(), DomainEvent::between(Some(&before), org)))
    });
    let changed = changed.await?.ok_or_else(Problem::not_found)?;
    let (after, events) = changed.map_err(|error| Problem::new(Kind::Conflict, error.to_string()))?;
    report(request, &after, events);
    Ok(after)
}

fn report(request: &ActionRequest, org: &Org, events: Vec<DomainEvent>) {
    let (operator, now) = (request.auth.operator.user(), request.auth.now);
    for event in events {
        match event {
            DomainEvent::TrialExtended { days } => {
                telemetry::count(Metric::TrialExtended, 1, now);
                tracing::info!(area = %LogArea::Operator, organization = %org.id, %operator, days, "extended trial");
            }
            DomainEvent::Provisioned(_) => telemetry::count(Metric::Provisioned, 1, now),
            _ => {}
        }
    }
}
