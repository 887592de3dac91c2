//! `POST …/trial/extend`: extends or starts the trial of an organization.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::HeaderMap,
    response::Response,
};
use domain::{
    org::Org,
    people::Reason,
    secret::Hash,
    trial::{Days, FirstTrial, Grant, Grantor},
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use store::Stored;
use telemetry::{LogArea, Metric};
use web::{FieldError, Kind, PathParam, Problem};

use crate::{
    App,
    auth::{Caller, Writer},
    body::{self, Body},
    version::Precondition,
    words,
};

/// Name of the header with the key of an extension.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// Maximum length of the key, in characters.
const MAX_KEY_LENGTH: usize = 255;

/// Extends the trial, at most once per idempotency key.
pub async fn extend_trial(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParam(org): PathParam,
    request: Request,
) -> Result<Response, Problem> {
    let writer = caller.writer()?;
    let (headers, expected) = (request.headers().clone(), Precondition::of(request.headers())?);
    let grant = parse_grant(&headers, &body::read(request).await?)?;
    store::retry(|| try_extend(&app, &caller, &writer, &org, expected, &grant))
        .await
        .map(|(org, now)| app.respond_state(&caller, &org, now))
}

async fn try_extend(
    app: &App,
    caller: &Caller,
    _: &Writer,
    id: &str,
    expected: Precondition,
    grant: &Grant,
) -> Result<(Stored<Org>, Timestamp), Problem> {
    let (before, now) = (app.load_org(id).await?, app.now());
    expected.check(&before)?;
    let mut after = before.value.clone();
    let first = FirstTrial {
        reminder_days: app.config.trials.reminder_days.clone(),
        setup: app.config.steps.setup(app.entropy.project_id(now)),
    };
    let extended = after.extend_trial(Grantor::host_app(&caller.key().id), grant, &first, now);
    extended.map_err(|error| Problem::new(Kind::Conflict, error.to_string()))?;
    let org = app.store.commit_org_as_stored(&before, &after, now).await?;
    if org.version != before.version {
        report(&before.value, &org.value, grant, now);
    }
    Ok((org, now))
}

fn report(before: &Org, after: &Org, grant: &Grant, now: Timestamp) {
    telemetry::count(Metric::TrialExtended, 1, now);
    if before.provisioned.is_none() {
        telemetry::count(Metric::Provisioned, 1, now);
    }
    let days = grant.days.get();
    tracing::info!(area = %LogArea::Trial, organization = %after.id, days, "extended trial for the host app");
}

fn parse_grant(headers: &HeaderMap, fields: &Map<String, Value>) -> Result<Grant, Problem> {
    let mut body = Body::new(fields);
    let request = body.parse_other(parse_key(headers));
    let days = body.integer("days", |days| {
        Days::parse(&days.to_string()).map_err(|error| FieldError::new("days", "invalid", error.to_string()))
    });
    let reason = body.required("reason", |text| {
        Reason::parse(text).map_err(|error| FieldError::new("reason", error.code(), error.to_string()))
    });
    let grant = (|| Some(Grant { days: days?, reason: reason?, request: request? }))();
    body.finish(grant)
}

/// Returns the hash of the key that names the extension.
fn parse_key(headers: &HeaderMap) -> Result<Hash, FieldError> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else {
        return Err(FieldError::new(IDEMPOTENCY_KEY, "required", words::IDEMPOTENCY_KEY));
    };
    let key = key.to_str().ok().filter(|key| (1..=MAX_KEY_LENGTH).contains(&key.len()));
    let key = key.ok_or_else(|| FieldError::new(IDEMPOTENCY_KEY, "invalid", words::IDEMPOTENCY_KEY))?;
    Ok(Hash::of(&[b"idempotency key", key.as_bytes()]))
}
