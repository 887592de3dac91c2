//! `POST /account/name`: changes the caller's own name.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    id::{OrgId, UserId},
    people::{Name, User},
};
use serde_json::json;
use telemetry::LogArea;
use web::{FieldError, Fields, FormRequest, Problem, ResponseFormat};

use super::{AccountForm, PAGE, respond_problem};
use crate::{App, words::account as words_of};

/// Changes the name everywhere, first in the organization of the session.
///
/// The first write contains the user and the copies of the name in this organization. The copies in
/// the user's other organizations follow one by one. If a write fails, the response is an error, and
/// the same form again completes the rest.
pub async fn change_name(State(app): State<Arc<App>>, form: FormRequest) -> Response {
    match change(&app, &form).await {
        Ok(name) => match form.format {
            ResponseFormat::Page => web::see_other(PAGE),
            ResponseFormat::Json => {
                Json(json!({ "success": true, "full_name": name.as_str() })).into_response()
            }
        },
        Err(problem) => respond_problem(&app, &form, AccountForm::Name, problem).await,
    }
}

async fn change(app: &App, form: &FormRequest) -> Result<Name, Problem> {
    let caller = app.authenticate(&form.headers).await?;
    let name = parse_name(form.fields()?).map_err(|error| Problem::invalid(vec![error]))?;
    let (org, user) = (caller.member.org(), caller.member.user());
    let changed = write_name(app, org, user, Some(&name)).await?.ok_or_else(Problem::unauthorized)?;
    for other in changed.orgs.into_iter().filter(|other| *other != org) {
        write_name(app, other, user, None).await?;
    }
    tracing::info!(area = %LogArea::Access, %user, "changed name");
    Ok(changed.name)
}

/// Writes the name of a user and its copies in one organization. Without `name`, the copies get the
/// current name of the user. So after two requests at the same time, all copies have the same name.
///
/// Returns the user, or `None` if they do not belong to the organization.
async fn write_name(
    app: &App,
    org: OrgId,
    user: UserId,
    name: Option<&Name>,
) -> Result<Option<User>, store::Error> {
    store::retry(|| async {
        let Some(before) = app.store.load_profile(org, user).await? else { return Ok(None) };
        let mut after = before.to_changed();
        let name = name.unwrap_or(&before.user.value.name);
        after.user.name = name.clone();
        after.membership.name = name.clone();
        after.org.rename_admin(user, name);
        app.store.commit_profile(&before, &after, app.clock.now()).await?;
        Ok(Some(after.user))
    })
    .await
}

fn parse_name(fields: &Fields) -> Result<Name, FieldError> {
    Name::parse(fields.get("full_name").unwrap_or_default()).map_err(|error| {
        let message = match error {
            domain::people::NameError::Empty => words_of::NAME_REQUIRED.to_owned(),
            _ => error.to_string(),
        };
        FieldError::new("full_name", error.code(), message)
    })
}
