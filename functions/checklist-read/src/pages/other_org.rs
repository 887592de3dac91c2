//! Another of one's own organizations than the one that one is signed in to.

use domain::org::Org;
use maud::{Markup, html};
use web::ui::{Weight, Width, hidden, link_button, submit};

use crate::{
    config::Config,
    view::{View, plans},
};

/// The page: the way over there, and back.
#[must_use]
pub fn render(view: &View, config: &Config, there: &Org) -> Markup {
    let main = html! {
        h1 { "This is in " (there.name) }
        p class="lead" {
            "You are signed in to " strong { (view.org.name) } ". " strong { (there.name) }
            " is yours as well: switch to see it."
        }
        form class="actions" method="post" action="/organizations/switch" {
            (hidden("organization", &there.id.to_string()))
            (hidden("next", &plans(there.id)))
            (submit(Weight::Primary, &format!("Switch to {}", there.name)))
            (link_button(Weight::Secondary, "/dashboard", &format!("Stay in {}", view.org.name)))
        }
    };
    view.page(config, "Another organization of yours", None, Width::Narrow, main)
}
