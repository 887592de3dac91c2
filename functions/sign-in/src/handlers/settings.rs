//! `/settings`: name, time zone, and language of an organization.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    org::{Language, Settings},
    people::{Name, NameError},
    time::Zone,
};
use http::{HeaderMap, StatusCode};
use serde_json::json;
use telemetry::LogArea;
use web::{FieldError, Fields, FormRequest, Kind, Problem, ResponseFormat};

use super::members::{authorize, to_problem};
use crate::{
    App,
    views::{draft::Draft, settings::SettingsPage},
    words::settings as words_of,
};

/// The page to which the form returns.
const PAGE: &str = "/settings";

/// `GET /settings`: shows the form to admins.
pub async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let page = load_page(&app, &headers, Draft::default()).await;
    web::respond_or_login(ResponseFormat::Page, PAGE, page.map(|markup| web::page(StatusCode::OK, markup)))
}

async fn load_page(app: &App, headers: &HeaderMap, draft: Draft<'_>) -> Result<maud::Markup, Problem> {
    let caller = app.authenticate(headers).await?;
    authorize(&caller)?;
    Ok(SettingsPage { product: &app.product, caller: &caller, draft }.render())
}

/// `POST /settings`: changes the settings.
pub async fn change(State(app): State<Arc<App>>, form: FormRequest) -> Response {
    match store::retry(|| change_settings(&app, &form)).await {
        Ok(settings) => match form.format {
            ResponseFormat::Page => web::see_other(PAGE),
            ResponseFormat::Json => respond_settings(&settings),
        },
        Err(problem) => respond_problem(&app, &form, problem).await,
    }
}

/// Attempts the change once. Checks the role, then the organization's access, then the input.
async fn change_settings(app: &App, form: &FormRequest) -> Result<Settings, Problem> {
    let caller = app.authenticate(&form.headers).await?;
    let admin = authorize(&caller)?;
    let (before, now) = (&caller.found.org, caller.now);
    let rejected = |error| to_problem(error, &form.origin, before.value.id);
    before.value.may_change_team(now).map_err(rejected)?;
    let settings = parse(form.fields()?)?;
    let mut after = before.value.clone();
    after.change_settings(&admin, settings.clone(), now).map_err(rejected)?;
    app.store.commit_org(before, &after, now).await?;
    tracing::info!(area = %LogArea::Access, organization = %after.id, user = %admin.user(), "changed settings");
    Ok(settings)
}

fn parse(fields: &Fields) -> Result<Settings, Problem> {
    let text = |name| fields.get(name).unwrap_or_default();
    let name = Name::parse(text("name")).map_err(|error| {
        let message = match error {
            NameError::Empty => words_of::NAME_REQUIRED.to_owned(),
            _ => error.to_string(),
        };
        FieldError::new("name", error.code(), message)
    });
    let zone = Zone::known(text("time_zone"));
    let zone = zone.ok_or_else(|| FieldError::new("time_zone", "invalid", words_of::ZONE_INVALID));
    let language = Language::parse(text("language"));
    let language = language.ok_or_else(|| FieldError::new("language", "invalid", words_of::LANGUAGE_INVALID));
    match (name, zone, language) {
        (Ok(name), Ok(zone), Ok(language)) => Ok(Settings { name, zone, language }),
        (name, zone, language) => {
            let errors = [name.err(), zone.err(), language.err()];
            Err(Problem::invalid(errors.into_iter().flatten().collect()))
        }
    }
}

fn respond_settings(Settings { name, zone, language }: &Settings) -> Response {
    let (name, zone, language) = (name.as_str(), zone.name(), language.as_str());
    Json(json!({ "success": true, "name": name, "time_zone": zone, "language": language })).into_response()
}

/// Converts a problem into a response. For field errors, a browser gets the form again, with the
/// entered values.
async fn respond_problem(app: &App, form: &FormRequest, problem: Problem) -> Response {
    if form.format == ResponseFormat::Json || problem.kind != Kind::Invalid {
        return web::respond_or_login(form.format, PAGE, Err(problem));
    }
    let draft = Draft { fields: form.fields().ok(), problem: Some(&problem) };
    let page = load_page(app, &form.headers, draft).await;
    web::respond_or_login(form.format, PAGE, page.map(|page| web::problem_page(problem, page)))
}
