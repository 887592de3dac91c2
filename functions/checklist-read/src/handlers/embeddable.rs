//! The widget and the banner, as fragments and as pages for a frame.
//!
//! - `GET /onboarding/widget` and `/onboarding/banner`: fragments of pages of Onramp or of the host
//!   app.
//! - `GET /onboarding/embed`: a page for a frame of the host app. A frame cannot send a header, so
//!   its URL contains the embed token. To protect the token, the page sends no referrer to other
//!   sites and is never cached. Only pages of the configured origins may show it in a frame. Its
//!   handler reads no cookie.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use http::{HeaderMap, Request, StatusCode};
use maud::{Markup, html};
use serde::Deserialize;
use web::{
    Embeddable, Origins, Problem,
    auth::{AuthMethod, Credentials},
};

use crate::{
    app::{App, Settings},
    views::{
        View, components,
        embed::{
            self,
            frame::{Frame, Part, render},
        },
    },
    words::frame as words,
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

/// The query of a frame's URL.
#[derive(Debug, Default, Deserialize)]
pub struct FrameIn {
    #[serde(default)]
    token: String,
    #[serde(default)]
    part: Part,
    #[serde(default)]
    portal: bool,
}

/// Responds with a page for a frame that contains the part.
///
/// For every problem, such as an invalid token or a failed read, the frame contains an empty page.
/// Its script writes the reason to the browser's console. So visitors of the host app see no error
/// of Onramp.
pub async fn frame<B>(
    State(app): State<App>,
    query: Result<Query<FrameIn>, QueryRejection>,
    request: Request<B>,
) -> Response {
    let origin = web::origin(&request);
    let (frame, view) = match query {
        // The header `Referer` names the embedding page, if the browser sends it. A token that is
        // bound to the origin of another page is rejected. The frame then contains an empty page
        // with the reason.
        Ok(Query(FrameIn { token, part, portal })) => {
            let credentials = Credentials::EmbedToken(token, web::referrer(request.headers()));
            let member = credentials
                .authenticate(&app.store, &app.keys, app.config.session_idle, app.clock.now())
                .await;
            (Frame { part, portal }, member.map(View::from))
        }
        Err(_) => (Frame::default(), Err(Problem::bad_request(words::BAD_QUERY))),
    };
    match view {
        Ok(view) => {
            let main = match frame.part {
                Part::Widget => embed::widget::render(&view, &app.config, &origin),
                Part::Banner => embed::banner::render(&view, &origin),
            };
            let embedders = match &view.auth {
                AuthMethod::HostApp(Some(bound)) => app.config.embedders.restrict_to(bound),
                _ => app.config.embedders.clone(),
            };
            framed(StatusCode::OK, frame, &main, None, embedders)
        }
        Err(problem) => {
            problem.log();
            let status = problem.kind.status();
            let mut response = framed(status, frame, &html! {}, Some(&problem), app.config.embedders.clone());
            response.headers_mut().extend(problem.headers);
            response
        }
    }
}

fn framed(
    status: StatusCode,
    frame: Frame,
    main: &Markup,
    problem: Option<&Problem>,
    embedders: Origins,
) -> Response {
    let mut response = web::page(status, render(frame, main, &embedders, problem));
    response.extensions_mut().insert(Embeddable::Frame(embedders));
    response
}
