//! Section with the actions on the organization's Stripe customers.

use domain::org::Org;
use maud::{Markup, html};

use crate::{
    views::{
        action_form::{ActionForm, Asked, Rejected},
        paths,
    },
    words::actions as text,
};

/// Renders the forms. A rejected form is open and shows its errors.
pub fn render(org: &Org, link: Option<Rejected<'_>>, release: Option<Rejected<'_>>) -> Markup {
    let section = |rejected: Option<Rejected<'_>>, id, title, hint, submit, asks: Option<Asked<'_>>| {
        let action = format!("{}/{id}", paths::organization(org.id));
        let form = ActionForm { id, action: &action, asks, hidden: None, submit, rejected };
        html! {
            details class="card" open[rejected.is_some()] {
                summary { (title) }
                p class="soft" { (hint) }
                (form.render())
            }
        }
    };
    let customer = Asked { name: "customer", label: text::CUSTOMER, hint: text::CUSTOMER_HINT };
    html! {
        section class="stack" aria-label=(text::TITLE) {
            (section(link, "link-customer", text::LINK_TITLE, text::LINK_HINT, text::LINK, Some(customer)))
            (section(release, "release-parked", text::RELEASE_TITLE, text::RELEASE_HINT, text::RELEASE, None))
        }
    }
}
