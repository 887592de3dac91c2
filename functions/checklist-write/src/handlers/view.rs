//! What a user collapses or hides: the widget, and the trial banner. It affects no one else.

use axum::response::Response;
use domain::people::ViewCommand;
use web::{PathParam, Problem};

use crate::{handlers::change::ChangeRequest, words};

/// `POST …/view/{change}`: collapses or expands the widget, or hides the trial banner.
pub async fn change_view(request: ChangeRequest, PathParam(change): PathParam) -> Response {
    let changed = store::retry(|| try_change_view(&request, &change)).await;
    let response = changed.map(|()| web::success(request.format, &request.back));
    web::respond_or_login(request.format, &request.back, response)
}

async fn try_change_view(request: &ChangeRequest, change: &str) -> Result<(), Problem> {
    let (app, now) = (&request.app, request.app.clock.now());
    let member = app.authenticate_member(request.credentials.as_ref(), now).await?;
    let command = ViewCommand::parse(change).ok_or_else(|| Problem::bad_request(words::UNKNOWN_VIEW))?;
    let mut after = member.user.value.clone();
    after.preferences.apply(command, &member.org.value, now);
    let (committed, ()) =
        tokio::join!(app.store.commit_user(&member.user, &after), member.record_use(&app.store));
    Ok(committed?)
}
