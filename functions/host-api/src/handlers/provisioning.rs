//! `POST /api/v1/provisioning/{run}/steps/{step}`: the host app reports the result of a provisioning
//! step that it accepted before.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::{
    org::Org,
    people::ReturnUrl,
    provisioning::{CallbackError, Output, Outputs, Reported, RunId, StepKey, kept_message},
};
use jiff::Timestamp;
use serde_json::{Map, Value};
use store::Stored;
use telemetry::LogArea;
use web::{FieldError, Kind, PathParam, Problem};

use crate::{
    App,
    auth::{Caller, Writer},
    body::{self, Body},
    subject::not_found,
    words,
};

/// Maximum size of a body, in bytes.
const MAX_BODY_BYTES: usize = 4 * 1024;

/// Records the result of a step. The same result again changes nothing, also after the end of the run.
pub async fn report_step(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParam((run, step)): PathParam<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let writer = caller.writer()?;
    let run: RunId = run.parse().map_err(|_| not_found())?;
    let step: StepKey = step.parse().map_err(|_| not_found())?;
    let reported = parse_report(&body::read_within(request, MAX_BODY_BYTES).await?)?;
    let (org, now) = store::retry(|| try_report(&app, &writer, run, &step, &reported)).await?;
    Ok(app.respond_state(&caller, &org, now))
}

async fn try_report(
    app: &App,
    _: &Writer,
    run: RunId,
    step: &StepKey,
    reported: &Reported,
) -> Result<(Stored<Org>, Timestamp), Problem> {
    let now = app.now();
    let before = app.store.load_org(run.org()).await?.ok_or_else(not_found)?;
    let mut after = before.value.clone();
    let result = after.change_run(now, |run| run.report(step, reported.clone(), now));
    result.ok_or_else(not_found)?.map_err(refused)?;
    let org = app.store.commit_org_as_stored(&before, &after, now).await?;
    if org.version != before.version {
        let failed = matches!(reported, Reported::Failed(_));
        tracing::info!(
            area = %LogArea::Provisioning, organization = %after.id, %step, failed,
            "host app reported provisioning step"
        );
    }
    Ok((org, now))
}

fn refused(error: CallbackError) -> Problem {
    match error {
        CallbackError::UnknownStep => not_found(),
        CallbackError::NotBegun => Problem::new(Kind::Conflict, words::STEP_NOT_BEGUN),
        CallbackError::Ended => Problem::new(Kind::Conflict, words::STEP_ENDED),
        CallbackError::OutputsTooLarge => {
            Problem::invalid(vec![FieldError::new("outputs", "too_large", words::outputs_too_large())])
        }
    }
}

fn parse_report(fields: &Map<String, Value>) -> Result<Reported, Problem> {
    let mut body = Body::new(fields);
    let is_done = body.required("status", |text| match text {
        "done" => Ok(true),
        "failed" => Ok(false),
        _ => Err(FieldError::new("status", "invalid", words::STEP_STATUS)),
    });
    let outputs = body.map("outputs");
    let app_url = body.optional("app_url", |text| {
        text.parse::<ReturnUrl>().map_err(|_| FieldError::new("app_url", "invalid", words::STEP_URL))
    });
    let message = body.optional("message", |text| Ok(kept_message(text)));
    let reported = (|| {
        let (is_done, outputs, app_url, message) = (is_done?, outputs?, app_url?, message?);
        let json: BTreeMap<_, _> =
            outputs.iter().map(|(name, value)| (name.clone(), value.to_string())).collect();
        Some(match is_done {
            true => Reported::Done(Output { outputs: Outputs(json), app_url }),
            false => Reported::Failed(message),
        })
    })();
    body.finish(reported)
}
