//! Section with the actions on the organization's Stripe customers.

use domain::org::Org;
use maud::{Markup, html};

use crate::{
    views::{
        action_form::{ActionForm, Rejected},
        paths,
    },
    words::actions as text,
};

/// Renders the forms. A rejected form is open and shows its errors.
pub fn render(org: &Org, link: Option<Rejected<'_>>, release: Option<Rejected<'_>>) -> Markup {
    let section = |rejected: Option<Rejected<'_>>, id, title, hint, submit, asks_customer| {
        let action = format!("{}/{id}", paths::organization(org.id));
        let form = ActionForm { id, action: &action, asks_customer, customer: None, submit, rejected };
        html! {
            details class="card" open[rejected.is_some()] {
                summary { (title) }
                p class="soft" { (hint) }
                (form.render())
            }
        }
    };
    html! {
        section class="stack" aria-label=(text::TITLE) {
            (section(link, "link-customer", text::LINK_TITLE, text::LINK_HINT, text::LINK, true))
            (section(release, "release-parked", text::RELEASE_TITLE, text::RELEASE_HINT, text::RELEASE, false))
        }
    }
}
