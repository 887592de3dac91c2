//! JSON responses to a change of the checklist.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use domain::{checklist::ChecklistCommand, org::Org};
use jiff::Timestamp;
use org_state::{Links, TaskChangedOut};
use serde::Serialize;

/// Response to a dismissal or a restoration of the checklist.
#[derive(Debug, Serialize)]
struct DismissedOut {
    success: bool,
    dismissed: bool,
}

/// Response to a confirmation of the celebration.
#[derive(Debug, Serialize)]
struct SeenOut {
    success: bool,
    celebrates: bool,
}

/// Response to `POST /host/events`.
#[derive(Debug, Serialize)]
pub struct ResultsOut {
    pub results: Vec<ResultOut>,
}

/// Result of one event.
#[derive(Debug, Serialize)]
pub struct ResultOut {
    /// `id` of the event, unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub result: &'static str,
    /// All errors of an invalid event.
    #[serde(rename = "faults", skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<&'static str>,
}

/// Returns the response to `command`. `org` is the organization after the change.
pub fn changed(command: ChecklistCommand<'_>, org: &Org, links: Links<'_>, now: Timestamp) -> Response {
    match command {
        ChecklistCommand::Complete(task_key)
        | ChecklistCommand::Uncomplete(task_key)
        | ChecklistCommand::Skip(task_key)
        | ChecklistCommand::Unskip(task_key) => {
            Json(TaskChangedOut::of(task_key, org, links, now)).into_response()
        }
        ChecklistCommand::Dismiss | ChecklistCommand::Restore => {
            Json(DismissedOut { success: true, dismissed: org.checklist.dismissed_at.is_some() })
                .into_response()
        }
        ChecklistCommand::ConfirmCompletion => {
            Json(SeenOut { success: true, celebrates: org.progress(now).celebrates() }).into_response()
        }
    }
}
