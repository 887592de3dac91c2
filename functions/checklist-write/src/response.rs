use axum::{
    Json,
    response::{IntoResponse, Response},
};
use domain::org::{ChecklistCommand, Org};
use jiff::Timestamp;
use serde::Serialize;
use web::{Links, TaskOut};

/// What a change of one task is answered with.
#[derive(Debug, Serialize)]
struct TaskChangedOut<'a> {
    success: bool,
    task_key: &'a str,
    completion_percentage: usize,
    is_complete: bool,
    next_task: Option<TaskOut>,
}

/// What putting the checklist aside, or taking it back, is answered with.
#[derive(Debug, Serialize)]
struct DismissedOut {
    success: bool,
    dismissed: bool,
}

/// What taking note that everything is done is answered with.
#[derive(Debug, Serialize)]
struct SeenOut {
    success: bool,
    celebrates: bool,
}

/// The JSON answer to `command`, which made `org` what it is now.
pub fn json(command: ChecklistCommand<'_>, org: &Org, places: Links<'_>, now: Timestamp) -> Response {
    let (list, progress) = (&org.checklist, org.progress(now));
    match command {
        ChecklistCommand::Complete(task_key)
        | ChecklistCommand::Skip(task_key)
        | ChecklistCommand::Unskip(task_key) => Json(TaskChangedOut {
            success: true,
            task_key,
            completion_percentage: progress.percentage(),
            is_complete: progress.is_complete(),
            next_task: progress.next_task().map(|task| TaskOut::of(task, list, places)),
        })
        .into_response(),
        ChecklistCommand::Dismiss | ChecklistCommand::Restore => {
            Json(DismissedOut { success: true, dismissed: list.dismissed_at.is_some() }).into_response()
        }
        ChecklistCommand::See => {
            Json(SeenOut { success: true, celebrates: progress.celebrates() }).into_response()
        }
    }
}
