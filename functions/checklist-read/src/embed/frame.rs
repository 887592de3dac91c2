//! `/onboarding/embed`: a piece of ours as a page of its own, for a frame.
//!
//! The token is in the address, because a frame can send no header; so the page says nothing of its address to anybody,
//! is kept nowhere, and is framed by the listed origins alone. It reads no cookie. Without scripts it shows what it
//! shows; with them it tells its height to the page around it and follows what changes.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use http::{Request, StatusCode};
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;
use web::{Embeddable, Origins, Problem, ui::assets};

use super::{banner, look, widget};
use crate::{app::App, view::AuthMethod};

/// What the host app's developer reads while we have trouble of our own.
const TROUBLE: &str = "Onramp cannot answer just now, and is asked again by itself";

/// What a frame's address says.
#[derive(Debug, Default, Deserialize)]
pub struct FrameIn {
    #[serde(default)]
    token: String,
    #[serde(default)]
    part: Part,
}

/// Which piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Part {
    #[default]
    Widget,
    Banner,
}

impl Part {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Widget => "widget",
            Self::Banner => "banner",
        }
    }
}

/// Shows the piece. Whatever else there is to say, be it of a token that is refused or of a table that does not answer, is
/// an empty page in the same frame, whose script says it in the console: the frame's page is the host app's, and so is
/// what its visitors read there.
pub async fn show<B>(
    State(app): State<App>,
    asked: Result<Query<FrameIn>, QueryRejection>,
    request: Request<B>,
) -> Response {
    let origin = web::origin(&request);
    let (part, looked) = match asked {
        // Which page is around the frame, is the browser's word, where it gives it; a token that is bound to another
        // gives that page no more than the reason.
        Ok(Query(FrameIn { token, part })) => {
            (part, look(&app, &token, web::referrer(request.headers()).as_deref()).await)
        }
        Err(_) => {
            let why = "the frame's address takes token, and part as widget or banner";
            (Part::default(), Err(Problem::bad_request(why)))
        }
    };
    match looked {
        Ok(view) => {
            let main = match part {
                Part::Widget => widget::render(&view, &app.config, &origin),
                Part::Banner => banner::render(&view, &origin),
            };
            let embedders = match &view.by {
                AuthMethod::HostApp(Some(bound)) => app.config.embedders.only(bound),
                _ => app.config.embedders.clone(),
            };
            framed(StatusCode::OK, part, &main, None, embedders)
        }
        Err(problem) => {
            problem.log();
            let status = problem.kind.status();
            let mut response = framed(status, part, &html! {}, Some(&problem), app.config.embedders.clone());
            response.headers_mut().extend(problem.headers);
            response
        }
    }
}

fn framed(
    status: StatusCode,
    part: Part,
    main: &Markup,
    problem: Option<&Problem>,
    embedders: Origins,
) -> Response {
    let mut response = web::page(status, page(part, main, &embedders, problem));
    response.extensions_mut().insert(Embeddable::Frame(embedders));
    response
}

fn page(part: Part, main: &Markup, embedders: &Origins, problem: Option<&Problem>) -> Markup {
    // What was refused stays refused; trouble of ours passes, and the script looks again.
    let over = problem.is_some_and(|problem| problem.kind.status().is_client_error());
    let why = problem.map(|problem| if over { problem.detail.as_ref() } else { TROUBLE });
    html! {
        (DOCTYPE)
        html lang="en" class="ob-frame" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Onboarding" }
                link rel="stylesheet" href=(assets::EMBED_STYLE.path());
                script src=(assets::FRAME_SCRIPT.path()) defer {}
            }
            body data-ob-part=(part.as_str()) data-ob-pages=(embedders) data-ob-why=[why] data-ob-over[over] {
                main { (main) }
                p class="ob-ears" role="status" {}
            }
        }
    }
}
