//! The page around an embedded part, for a frame.
//!
//! The page shows everything without scripts. With scripts, it also reports its height to the
//! embedding page and updates automatically.

use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;
use ui::assets;
use web::{Origins, Problem};

use crate::words::frame as words;

/// The part to embed. It is the widget unless the query names another part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
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

/// What the address of a frame asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    pub part: Part,
    /// Whether the embedding page opens the links to Onramp's pages, with portal links.
    pub portal: bool,
}

/// Renders the page with the markup of the part. A page without the part is empty, and its script
/// writes the reason to the console.
pub fn render(frame: Frame, main: &Markup, embedders: &Origins, problem: Option<&Problem>) -> Markup {
    // The script tries again after a server error, but not after a client error.
    let is_final = problem.is_some_and(|problem| problem.kind.status().is_client_error());
    let reason = problem.map(|problem| if is_final { problem.detail.as_ref() } else { words::UNAVAILABLE });
    html! {
        (DOCTYPE)
        html lang="en" class="ob-frame" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (words::TITLE) }
                link rel="stylesheet" href=(assets::EMBED_STYLE.path());
                script src=(assets::FRAME_SCRIPT.path()) defer {}
            }
            body data-ob-part=(frame.part.as_str()) data-ob-portal[frame.portal] data-ob-pages=(embedders) data-ob-why=[reason] data-ob-over[is_final] {
                main { (main) }
                p class="ob-ears" role="status" {}
            }
        }
    }
}
