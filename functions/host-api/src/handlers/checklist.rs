//! `GET …/checklist` and `POST …/checklist/{task}/…`: reads the checklist, and changes one task.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use domain::{
    checklist::{ChecklistCommand, ChecklistError},
    id::OrgId,
    org::Org,
    people::Name,
};
use jiff::Timestamp;
use org_state::{ChecklistOut, Links, TaskChangedOut};
use serde_json::{Map, Value};
use store::Stored;
use telemetry::LogArea;
use web::{PathParam, Problem};

use super::organization::parse_name;
use crate::{
    App,
    auth::{Caller, Writer},
    body::{self, Body},
    version::{Precondition, with_version},
};

/// The ids of the organization and of the task in a path.
type TaskPath = PathParam<(String, String)>;

/// Returns the checklist of an organization.
pub async fn checklist(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParam(org): PathParam,
) -> Result<Response, Problem> {
    let org = app.load_org(&org).await?;
    let out = ChecklistOut::of(&org.value, app.links(&caller, org.value.id), app.now());
    Ok(with_version(Json(out).into_response(), org.version))
}

/// Completes a task. If it is completed, it stays as it is.
pub async fn complete_task(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParam((org, task)): TaskPath,
    request: Request,
) -> Result<Response, Problem> {
    change(&app, &caller, (&org, &task), ChecklistCommand::Complete(&task), request).await
}

/// Skips a task that is open.
pub async fn skip_task(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParam((org, task)): TaskPath,
    request: Request,
) -> Result<Response, Problem> {
    change(&app, &caller, (&org, &task), ChecklistCommand::Skip(&task), request).await
}

/// Opens a skipped task again.
pub async fn unskip_task(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParam((org, task)): TaskPath,
    request: Request,
) -> Result<Response, Problem> {
    change(&app, &caller, (&org, &task), ChecklistCommand::Unskip(&task), request).await
}

async fn change(
    app: &App,
    caller: &Caller,
    (org, task): (&str, &str),
    command: ChecklistCommand<'_>,
    request: Request,
) -> Result<Response, Problem> {
    let writer = caller.writer()?;
    let expected = Precondition::of(request.headers())?;
    let actor = parse_actor(&body::read(request).await?)?;
    let change = (command, actor.as_ref());
    let (org, now) = store::retry(|| try_change(app, &writer, org, expected, change)).await?;
    let out = TaskChangedOut::of(task, &org.value, app.links(caller, org.value.id), now);
    Ok(with_version(Json(out).into_response(), org.version))
}

async fn try_change(
    app: &App,
    _: &Writer,
    org: &str,
    expected: Precondition,
    change: (ChecklistCommand<'_>, Option<&Name>),
) -> Result<(Stored<Org>, Timestamp), Problem> {
    let (before, now) = (app.load_org(org).await?, app.now());
    expected.check(&before)?;
    let after = decide_change(&before.value, change, now)?;
    let org = app.store.commit_org_as_stored(&before, &after, now).await?;
    if org.version != before.version {
        tracing::info!(area = %LogArea::Onboarding, organization = %after.id, "changed checklist for the host app");
    }
    Ok((org, now))
}

/// Applies a command, in every status of the organization.
fn decide_change(
    org: &Org,
    (command, actor): (ChecklistCommand<'_>, Option<&Name>),
    now: Timestamp,
) -> Result<Org, Problem> {
    let mut org = org.clone();
    match org.change_checklist_from_host(actor, command, now) {
        Ok(()) => Ok(org),
        Err(ChecklistError::UnknownTask(_)) => Err(Problem::unknown_task(&org.progress(now).keys())),
        // The host app has access in every status, and cannot undo a completion.
        Err(error) => Err(Problem::internal().because(error)),
    }
}

/// Parses the name of the person who caused a change in the host app.
fn parse_actor(fields: &Map<String, Value>) -> Result<Option<Name>, Problem> {
    let mut body = Body::new(fields);
    let actor = body.optional("actor", |text| parse_name("actor", text));
    body.finish(actor)
}

impl App {
    fn links<'a>(&'a self, caller: &'a Caller, org: OrgId) -> Links<'a> {
        Links { origin: &caller.origin, app: self.config.app_url.as_deref(), org }
    }
}
