//! The page at the URL of an organization of which the user is a member, while they are signed in
//! to a different one.

use domain::org::Org;
use maud::{Markup, html};
use ui::{Weight, Width, hidden, link_button, submit};

use crate::{
    config::Config,
    views::{View, plans},
    words::other_org as words,
};

/// Renders the page, with a form that switches to the organization `there`.
pub fn render(view: &View, config: &Config, there: &Org) -> Markup {
    let strong = |org: &Org| html! { strong { (org.name) } };
    let main = html! {
        h1 { (words::heading(&there.name)) }
        p class="lead" { (words::lead(&strong(&view.org), &strong(there))) }
        form class="actions" method="post" action="/organizations/switch" {
            (hidden("organization", &there.id.to_string()))
            (hidden("next", &plans(there.id)))
            (submit(Weight::Primary, &words::switch_to(&there.name)))
            (link_button(Weight::Secondary, "/dashboard", &words::stay_in(&view.org.name)))
        }
    };
    view.page(config, words::TITLE, None, Width::Narrow, main)
}
