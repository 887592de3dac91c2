//! `GET /onboarding/widget` and `/onboarding/banner`: fragments of pages of Onramp or of the host
//! app.

use axum::{extract::State, response::Response};
use http::{HeaderMap, Request};
use maud::Markup;
use web::auth::AuthMethod;

use crate::{
    app::Settings,
    views::{View, components, embed},
};

pub async fn widget<B>(view: View, State(config): Settings, request: Request<B>) -> Response {
    let markup = match view.auth {
        AuthMethod::Session => components::widget::render(&view),
        AuthMethod::HostApp(_) => embed::widget::render(&view, &config, &web::origin(&request)),
    };
    fragment(request.headers(), markup)
}

pub async fn banner<B>(view: View, request: Request<B>) -> Response {
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
