//! Pages that need nothing but the view of the user and the configuration.

use axum::{extract::State, response::Response};
use http::{StatusCode, Uri};
use maud::Markup;
use web::{Problem, ResponseFormat};

use crate::{
    app::Settings,
    views::{View, pages},
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

/// Responds with the page of a problem type. The handler takes no [`View`], so the page is the same
/// for every caller.
pub async fn problem(State(config): Settings, uri: Uri, format: ResponseFormat) -> Response {
    match pages::problem::kind(uri.path()) {
        Some(kind) => page(pages::problem::render(kind, &config)),
        None => web::problem_response(format, Problem::not_found()),
    }
}

fn page(markup: Markup) -> Response {
    web::page(StatusCode::OK, markup)
}
