//! `/onboarding/embed`: a piece of ours as a page of its own, for a frame.
//!
//! The token is in the address, because a frame can send no header; so the page says nothing of its address to anybody,
//! is kept nowhere, and is framed by the listed origins alone. It reads no cookie. Without scripts it shows what it
//! shows; with them it tells its height to the page around it and follows what changes.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use host::embed::Refused;
use http::{Request, StatusCode, header::WWW_AUTHENTICATE};
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;
use web::{Embeddable, Kind, Origins, Problem, Wants, ui::assets};

use super::{banner, look, widget};
use crate::{app::App, view::Word};

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

/// Shows the piece; to a token that is refused an empty page, whose script says why in the console.
pub async fn show<B>(
    State(app): State<App>,
    asked: Result<Query<FrameIn>, QueryRejection>,
    request: Request<B>,
) -> Response {
    let wants = Wants::of(request.headers());
    let Ok(Query(FrameIn { token, part })) = asked else {
        return web::refuse(
            wants,
            Problem::bad_request("The address takes token, and part as widget or banner."),
        );
    };
    let mut embedders = app.config.embedders.clone();
    let looked = match token.as_str() {
        "" => Err(Problem::token_refused(&Refused::Malformed)),
        token => look(&app, token, None).await,
    };
    let (status, main, why) = match looked {
        Ok(view) => {
            let origin = web::origin(&request);
            if let Word::HostApp(Some(bound)) = &view.by {
                embedders = embedders.only(bound);
            }
            let main = match part {
                Part::Widget => widget::render(&view, &app.config, &origin),
                Part::Banner => banner::render(&view, &origin),
            };
            (StatusCode::OK, main, None)
        }
        Err(problem) if problem.kind == Kind::Unauthorized => {
            problem.log();
            (StatusCode::UNAUTHORIZED, html! {}, Some(problem))
        }
        Err(problem) => return web::refuse(wants, problem),
    };
    let detail = why.as_ref().map(|problem| problem.detail.as_ref());
    let mut response = web::page(status, page(part, &main, &embedders, detail));
    let told =
        why.into_iter().flat_map(|problem| problem.headers).filter(|(name, _)| *name == WWW_AUTHENTICATE);
    response.headers_mut().extend(told);
    response.extensions_mut().insert(Embeddable::Frame(embedders));
    response
}

fn page(part: Part, main: &Markup, embedders: &Origins, why: Option<&str>) -> Markup {
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
            body data-ob-part=(part.as_str()) data-ob-pages=(embedders) data-ob-why=[why] {
                main { (main) }
                p class="ob-ears" role="status" {}
            }
        }
    }
}
