//! Changes by admins: complete, uncomplete, skip, unskip, dismiss, restore, and confirm the celebration.

use std::{convert::Infallible, sync::Arc};

use axum::{extract::FromRequestParts, response::Response};
use domain::{
    checklist::{ChecklistCommand, ChecklistError},
    org::Org,
    people::Admin,
};
use http::request::Parts;
use jiff::Timestamp;
use org_state::Links;
use web::{Kind, PathParam, Problem, ResponseFormat, auth::Credentials};

use crate::{App, auth::AuthenticatedAdmin, handlers::return_path::return_path, out, words};

/// A request for a change, which is not authenticated yet.
pub struct ChangeRequest {
    pub(super) app: Arc<App>,
    pub(super) credentials: Option<Credentials>,
    pub(super) format: ResponseFormat,
    /// Onramp's own origin, as the caller sees it.
    origin: String,
    /// Path of the page that a browser returns to.
    pub(super) back: String,
}

impl FromRequestParts<Arc<App>> for ChangeRequest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let credentials = Credentials::of(&parts.headers);
        // Only scripts send an embed token, so the response to such a request is never a page.
        let format = match credentials {
            Some(Credentials::EmbedToken(..)) => ResponseFormat::Json,
            _ => ResponseFormat::of(&parts.headers),
        };
        let origin = web::origin_of_parts(&parts.headers, &parts.extensions);
        let back = return_path(&parts.headers, &origin);
        Ok(Self { app: app.clone(), credentials, format, origin, back })
    }
}

/// `POST …/complete/{task}`: completes a task.
pub async fn complete(request: ChangeRequest, PathParam(task): PathParam) -> Response {
    change(&request, ChecklistCommand::Complete(&task)).await
}

/// `POST …/uncomplete/{task}`: undoes the completion of a task that an admin marked.
pub async fn uncomplete(request: ChangeRequest, PathParam(task): PathParam) -> Response {
    change(&request, ChecklistCommand::Uncomplete(&task)).await
}

/// `POST …/skip/{task}`: skips a task.
pub async fn skip(request: ChangeRequest, PathParam(task): PathParam) -> Response {
    change(&request, ChecklistCommand::Skip(&task)).await
}

/// Restores a skipped task.
pub async fn unskip(request: ChangeRequest, PathParam(task): PathParam) -> Response {
    change(&request, ChecklistCommand::Unskip(&task)).await
}

/// `POST …/dismiss`: dismisses the checklist of the organization.
pub async fn dismiss(request: ChangeRequest) -> Response {
    change(&request, ChecklistCommand::Dismiss).await
}

/// Restores the dismissed checklist.
pub async fn restore(request: ChangeRequest) -> Response {
    change(&request, ChecklistCommand::Restore).await
}

/// Confirms that an admin saw the celebration.
pub async fn confirm_completion(request: ChangeRequest) -> Response {
    change(&request, ChecklistCommand::ConfirmCompletion).await
}

/// Applies the command and commits it. If another write changed the organization after the read,
/// reads the organization and applies the command again.
async fn change(request: &ChangeRequest, command: ChecklistCommand<'_>) -> Response {
    let changed = store::retry(|| try_change(request, command)).await;
    let response = changed.map(|org| match request.format {
        ResponseFormat::Page => web::see_other(&request.back),
        ResponseFormat::Json => out::changed(command, &org, request.links(&org), request.app.clock.now()),
    });
    web::respond_or_login(request.format, &request.back, response)
}

async fn try_change(request: &ChangeRequest, command: ChecklistCommand<'_>) -> Result<Org, Problem> {
    let (app, now) = (&request.app, request.app.clock.now());
    let AuthenticatedAdmin { admin, member } = app.authenticate(request.credentials.as_ref(), now).await?;
    let org = &member.org;
    let after = decide_change(&admin, &org.value, command, now, request.links(&org.value))?;
    let (committed, ()) = tokio::join!(app.store.commit_org(org, &after, now), member.record_use(&app.store));
    committed?;
    Ok(after)
}

impl ChangeRequest {
    fn links(&self, org: &Org) -> Links<'_> {
        Links { origin: &self.origin, app: self.app.config.app_url.as_deref(), org: org.id }
    }
}

/// Returns the organization after the command. Checks the access, and then the input.
fn decide_change(
    admin: &Admin,
    org: &Org,
    command: ChecklistCommand<'_>,
    now: Timestamp,
    links: Links<'_>,
) -> Result<Org, Problem> {
    let mut org = org.clone();
    match org.change_checklist(admin, command, now) {
        Ok(()) => Ok(org),
        Err(ChecklistError::NoAccess(status)) => Err(Problem::payment_required(status, &links.plans())),
        Err(ChecklistError::CompletedByEvent(_)) => {
            Err(Problem::new(Kind::Conflict, words::COMPLETED_BY_EVENT))
        }
        Err(ChecklistError::UnknownTask(_)) => Err(Problem::unknown_task(&org.progress(now).keys())),
    }
}

#[cfg(test)]
mod tests {
    use domain::people::{Member, Role};
    use serde_json::json;
    use test_support::build::{acme, jo, start_trial};

    use super::*;

    const PLANS: &str = "https://onramp.example.com/organizations/org_0198c0de-0000-7000-8000-000000000001";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Decides a completion by Jo, who signed up on January 15 with a trial of two weeks.
    fn decide_at(now: &str, key: &str) -> Result<Org, Problem> {
        let began = at("2026-01-15T09:00:00Z");
        let org = start_trial(acme(began));
        let links = Links { origin: "https://onramp.example.com", app: None, org: org.id };
        let member = Member::for_embed(org.id, &jo(), Some(Role::Admin)).unwrap();
        decide_change(&member.admin().unwrap(), &org, ChecklistCommand::Complete(key), at(now), links)
    }

    #[test]
    fn access_is_checked_before_the_input() {
        let (trial, ended) = ("2026-01-20T00:00:00Z", "2026-01-30T00:00:00Z");
        for (now, key, kind) in [
            (ended, "nonsense", Some(Kind::PaymentRequired)),
            (trial, "nonsense", Some(Kind::BadRequest)),
            (trial, "created_project", None),
        ] {
            let actual = decide_at(now, key).err().map(|problem| problem.kind);
            assert_eq!(actual, kind, "{now} {key}");
        }
    }

    #[test]
    fn problem_names_the_remedy() {
        let ended = decide_at("2026-01-30T00:00:00Z", "created_project").unwrap_err();
        assert_eq!(ended.extra, [("upgrade_url", json!(PLANS))]);
        let unknown = decide_at("2026-01-20T00:00:00Z", "nonsense").unwrap_err();
        assert_eq!(unknown.extra[0].1.as_array().unwrap().len(), 8);
    }
}
