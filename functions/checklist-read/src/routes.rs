//! The routes of this function and their handlers.

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRef, State},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use domain::{org::Org, secret::Secret};
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header};
use maud::Markup;
use ui::assets;
use web::{Problem, ResponseFormat, auth::AuthMethod};

use crate::{
    api::ChecklistOut,
    app::App,
    components, compression,
    config::Config,
    embed, pages,
    view::{View, plans},
};

/// Builds the router. It has no handler for unknown paths, because the security middleware around
/// it responds to them.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/", get(landing))
        .route("/organizations/{id}", get(organization))
        // These paths belong to other functions. A request for them reaches this function only if
        // the other function does not support its method. Without these routes, the request would
        // match `/organizations/{id}`.
        .route("/organizations/new", any(web::not_routed))
        .route("/organizations/switch", any(web::not_routed))
        .route("/dashboard", get(dashboard))
        .route("/onboarding/welcome", get(welcome))
        .route("/onboarding/checklist", get(checklist))
        .route("/onboarding/guide", get(guide))
        .route("/onboarding/widget", get(widget))
        .route("/onboarding/banner", get(banner))
        .route("/onboarding/embed", get(embed::frame::show))
        .route("/onboarding/api/checklist", get(checklist_json))
        .route("/billing/return", get(paid))
        .route("/assets/{file}", get(asset))
        .route("/problems/{kind}", get(problem))
        .with_state(app)
}

type Settings = State<Arc<Config>>;

impl FromRef<App> for Arc<Config> {
    fn from_ref(app: &App) -> Self {
        app.config.clone()
    }
}

async fn landing(view: Option<View>, State(config): Settings) -> Response {
    page(pages::landing::render(view.as_ref(), &config))
}

async fn guide(view: Option<View>, State(config): Settings) -> Response {
    page(pages::guide::render(view.as_ref(), &config))
}

async fn dashboard(view: View, State(config): Settings) -> Response {
    page(pages::dashboard::render(&view, &config))
}

async fn welcome(view: View, State(config): Settings) -> Response {
    page(pages::welcome::render(&view, &config))
}

async fn checklist(view: View, State(config): Settings) -> Response {
    page(pages::checklist::render(&view, &config))
}

/// Responds with the page of an organization:
///
/// - The session's organization: its page.
/// - An organization of which the user is a member: a page that offers to switch to it.
/// - Every other id: a 404 problem, so the response does not reveal whether the organization
///   exists.
async fn organization(view: View, State(app): State<App>, uri: Uri, headers: HeaderMap) -> Response {
    if uri.path() == view.plans() {
        let token = Secret::new(app.entropy.bytes()).reveal();
        return page(pages::organization::render(&view, &app.config, &token));
    }
    match other(&view, &app, uri.path()).await {
        Ok(Some(org)) => page(pages::other_org::render(&view, &app.config, &org)),
        Ok(None) => web::problem_response(ResponseFormat::of(&headers), Problem::not_found()),
        Err(error) => web::problem_response(ResponseFormat::of(&headers), error.into()),
    }
}

/// Loads the organization whose page has the given path. Returns `None` if the user is not a member
/// of it.
async fn other(view: &View, app: &App, path: &str) -> Result<Option<Org>, store::Error> {
    let Some(id) = view.orgs.iter().find(|id| path == plans(**id)) else { return Ok(None) };
    Ok(app.store.load_orgs(&[*id]).await?.pop())
}

async fn paid(view: View, State(config): Settings) -> Response {
    page(pages::paid::render(&view, &config))
}

async fn widget<B>(view: View, State(config): Settings, request: Request<B>) -> Response {
    let markup = match view.auth {
        AuthMethod::Session => components::widget::render(&view),
        AuthMethod::HostApp(_) => embed::widget::render(&view, &config, &web::origin(&request)),
    };
    fragment(request.headers(), markup)
}

async fn banner<B>(view: View, request: Request<B>) -> Response {
    let markup = match view.auth {
        AuthMethod::Session => components::banner::render(&view),
        AuthMethod::HostApp(_) => embed::banner::render(&view, &web::origin(&request)),
    };
    fragment(request.headers(), markup)
}

/// Responds with a fragment. If a script polls for a fragment that it already has, responds with
/// 304.
fn fragment(headers: &HeaderMap, markup: Markup) -> Response {
    web::conditional_response(headers, "text/html; charset=utf-8", markup.into_string())
}

async fn checklist_json<B>(view: View, State(config): Settings, request: Request<B>) -> Response {
    if view.admin.is_none() {
        return Problem::forbidden().into_response();
    }
    let out = ChecklistOut::of(&view, &config, &web::origin(&request));
    match serde_json::to_string(&out) {
        Ok(body) => web::conditional_response(request.headers(), "application/json", body),
        Err(error) => Problem::internal().because(error).into_response(),
    }
}

async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    match uri.path().strip_prefix("/assets/").and_then(assets::find) {
        Some(asset) => {
            let mut response = compression::file(&headers, asset.content_type, asset.body);
            let cache_control = HeaderValue::from_static(asset.cache_control());
            response.headers_mut().insert(header::CACHE_CONTROL, cache_control);
            if asset.is_for_embedders() {
                response.extensions_mut().insert(web::Embeddable::File);
            }
            response
        }
        None => web::problem_response(ResponseFormat::of(&headers), Problem::not_found()),
    }
}

/// Responds with the page of a problem type. The handler takes no [`View`], so the page is the same
/// for every caller.
async fn problem(State(config): Settings, uri: Uri, headers: HeaderMap) -> Response {
    match pages::problem::kind(uri.path()) {
        Some(kind) => page(pages::problem::render(kind, &config)),
        None => web::problem_response(ResponseFormat::of(&headers), Problem::not_found()),
    }
}

fn page(markup: Markup) -> Response {
    web::page(StatusCode::OK, markup)
}
