//! The pages, with a session and without.

use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::{org::Org, secret::Secret};
use http::{StatusCode, Uri};
use maud::Markup;
use web::{Problem, ResponseFormat};

use crate::{
    app::{App, Settings},
    sale::PlanPage,
    views::{View, pages, plans},
};

pub async fn landing(view: Option<View>, State(config): Settings) -> Response {
    page(pages::landing::render(view.as_ref(), &config))
}

pub async fn guide(view: Option<View>, State(config): Settings) -> Response {
    page(pages::guide::render(view.as_ref(), &config))
}

pub async fn dashboard(view: View, State(config): Settings) -> Response {
    page(pages::dashboard::render(&view, &config))
}

pub async fn welcome(view: View, State(config): Settings) -> Response {
    page(pages::welcome::render(&view, &config))
}

pub async fn checklist(view: View, State(config): Settings) -> Response {
    page(pages::checklist::render(&view, &config))
}

pub async fn paid(view: View, State(config): Settings) -> Response {
    page(pages::paid::render(&view, &config))
}

/// Responds with the page of an organization:
///
/// - The session's organization: its page.
/// - An organization of which the user is a member: a page that offers to switch to it.
/// - Every other id: a 404 problem, so the response does not reveal whether the organization
///   exists.
pub async fn organization(
    page: PlanPage,
    State(app): State<App>,
    uri: Uri,
    format: ResponseFormat,
) -> Response {
    web::respond(format, organization_page(&app, &page, &uri).await)
}

/// The query with which Stripe's Checkout leads back to the plan page.
const CHECKOUT_CANCELED: &str = "checkout=canceled";

async fn organization_page(
    app: &App,
    PlanPage { view, sale }: &PlanPage,
    uri: &Uri,
) -> Result<Response, Problem> {
    let (path, came_back) = (uri.path(), uri.query() == Some(CHECKOUT_CANCELED));
    let page = if path == view.plans() {
        let token = Secret::new(app.entropy.bytes()).reveal();
        pages::organization::render(view, sale, &app.config, &token, came_back)
    } else {
        let other = load_other(app, view, path).await?.ok_or_else(Problem::not_found)?;
        pages::organization::render_other(view, &app.config, &other)
    };
    Ok(web::page(StatusCode::OK, page))
}

/// Loads the organization whose page has the given path. Returns `None` if the user is not a member
/// of it.
async fn load_other(app: &App, view: &View, path: &str) -> Result<Option<Org>, store::Error> {
    let Some(id) = view.orgs.iter().find(|id| path == plans(**id)) else { return Ok(None) };
    Ok(app.store.load_orgs(&[*id]).await?.pop())
}

/// Responds with the page of a problem type. The handler takes no [`View`], so the page is the same
/// for every caller.
pub async fn problem(State(config): Settings, uri: Uri, format: ResponseFormat) -> Response {
    match pages::problem::kind(uri.path()) {
        Some(kind) => page(pages::problem::render(kind, &config)),
        None => web::problem_response(format, Problem::not_found()),
    }
}

/// Responds to a path of no function, and to a method that no function supports. Loads the view, so
/// that the error page has the navigation of a signed-in user.
pub async fn not_routed(_: Option<View>, request: Request) -> Response {
    web::not_routed(request).await
}

fn page(markup: Markup) -> Response {
    web::page(StatusCode::OK, markup)
}
