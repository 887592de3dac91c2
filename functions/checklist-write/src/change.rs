//! Changes by admins over HTTP: complete, skip, unskip, dismiss, restore, and confirm the
//! celebration.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Request, State, rejection::PathRejection},
    response::Response,
    routing::{MethodRouter, post},
};
use domain::{
    checklist::{ChecklistCommand, ChecklistError},
    org::Org,
    people::Admin,
};
use jiff::Timestamp;
use serde_json::json;
use web::{Kind, Links, Problem, ResponseFormat, auth::Credentials};

use crate::{App, auth::AuthenticatedAdmin, redirect::return_path, response, words};

/// Returns the routes, each with the command that it runs.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/onboarding/api/checklist/complete/{task}", on_task(|key| ChecklistCommand::Complete(key)))
        .route("/onboarding/api/checklist/skip/{task}", on_task(|key| ChecklistCommand::Skip(key)))
        .route("/onboarding/api/checklist/unskip/{task}", on_task(|key| ChecklistCommand::Unskip(key)))
        .route("/onboarding/api/checklist/dismiss", on_all(ChecklistCommand::Dismiss))
        .route("/onboarding/api/checklist/restore", on_all(ChecklistCommand::Restore))
        .route("/onboarding/api/checklist/seen", on_all(ChecklistCommand::ConfirmCompletion))
}

fn on_task(command: fn(&str) -> ChecklistCommand<'_>) -> MethodRouter<Arc<App>> {
    post(
        move |State(app): State<Arc<App>>, key: Result<Path<String>, PathRejection>, request: Request| async move {
            // A key that is not UTF-8 becomes an empty key, which no task has. So the session, the
            // role, and the access are still checked before the response says that the task is
            // unknown.
            let key = key.map(|Path(key)| key).unwrap_or_default();
            handle(&app, command(&key), &request).await
        },
    )
}

fn on_all(command: ChecklistCommand<'static>) -> MethodRouter<Arc<App>> {
    post(
        move |State(app): State<Arc<App>>, request: Request| async move { handle(&app, command, &request).await },
    )
}

/// Authenticates the request, applies the command, commits, and responds.
fn handle<'a>(
    app: &'a App,
    command: ChecklistCommand<'a>,
    request: &Request,
) -> impl Future<Output = Response> + use<'a> {
    let caller = Credentials::of(request.headers());
    // Only scripts send an embed token, so the response to such a request is never a page.
    let format = if matches!(caller, Some(Credentials::EmbedToken(..))) {
        ResponseFormat::Json
    } else {
        ResponseFormat::of(request.headers())
    };
    let origin = web::origin(request);
    let back = return_path(request.headers(), &origin);
    async move {
        let changed = change(app, caller.as_ref(), command, &origin).await;
        match (changed, format) {
            (Ok(_), ResponseFormat::Page) => web::see_other(&back),
            (Ok(org), ResponseFormat::Json) => {
                response::json(command, &org, links(app, &org, &origin), app.clock.now())
            }
            (Err(problem), ResponseFormat::Page) if problem.kind == Kind::Unauthorized => {
                web::to_login(&back)
            }
            (Err(problem), _) => web::problem_response(format, problem),
        }
    }
}

/// Applies the command and commits it. If another write changed the organization after the read,
/// reads the organization and applies the command again.
async fn change(
    app: &App,
    caller: Option<&Credentials>,
    command: ChecklistCommand<'_>,
    origin: &str,
) -> Result<Org, Problem> {
    store::retry(|| async {
        let now = app.clock.now();
        let AuthenticatedAdmin { admin, member } = app.authenticate(caller, now).await?;
        let org = &member.org;
        let after = decide(&admin, &org.value, command, now, links(app, &org.value, origin))?;
        let (committed, ()) = tokio::join!(app.store.commit_org(org, &after), member.record_use(&app.store));
        Ok(committed.map(|org| org.value))
    })
    .await
}

/// Returns the organization after the command. Checks the access, and then the input.
fn decide(
    admin: &Admin,
    org: &Org,
    command: ChecklistCommand<'_>,
    now: Timestamp,
    links: Links<'_>,
) -> Result<Org, Problem> {
    let mut org = org.clone();
    match org.change_checklist(admin, command, now) {
        Ok(()) => Ok(org),
        Err(ChecklistError::NoAccess(_)) => Err(Problem::payment_required(&links.plans())),
        Err(ChecklistError::UnknownTask(_)) => {
            Err(Problem::bad_request(words::UNKNOWN_TASK).with("valid_keys", json!(org.progress(now).keys())))
        }
    }
}

fn links<'a>(app: &'a App, org: &Org, origin: &'a str) -> Links<'a> {
    Links { origin, app: app.config.app_url.as_ref().map(runtime::BaseUrl::as_str), org: org.id }
}

#[cfg(test)]
mod tests {
    use domain::{
        org::AdminContact,
        people::{Address, Member, Name, Role, User},
        time::Zone,
        trial::Trial,
    };

    use super::*;

    const PLANS: &str = "https://onramp.example.com/organizations/org_0198c0de-0000-7000-8000-000000000001";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Decides a completion by Jo, who signed up on January 15 with a trial of two weeks.
    fn decide_at(now: &str, key: &str) -> Result<Org, Problem> {
        let began = at("2026-01-15T09:00:00Z");
        let id = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let user = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let name = Name::parse("Jo").unwrap();
        let address = Address::parse("jo@acme.example").unwrap();
        let founder = AdminContact::new(user, name.clone(), address.clone());
        let mut org = Org::sign_up(id, Name::parse("Acme").unwrap(), Zone::default(), founder, began);
        let project = "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap();
        org.start_trial(Trial::start(began, 14, vec![3]), project, began);
        let links = Links { origin: "https://onramp.example.com", app: None, org: id };
        let member = Member::for_embed(id, &User::new(user, name, address), Some(Role::Admin)).unwrap();
        decide(&member.admin().unwrap(), &org, ChecklistCommand::Complete(key), at(now), links)
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
