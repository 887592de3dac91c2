//! Section with the actions on the organization's Stripe customers.

use domain::org::Org;
use maud::{Markup, html};

use super::FormName;
use crate::{
    views::action_form::{ActionForm, Asked, Rejected},
    words::actions as text,
};

/// Renders the forms. A rejected form is open and shows its errors.
pub fn render(org: &Org, link: Option<Rejected<'_>>, release: Option<Rejected<'_>>) -> Markup {
    let customer = Asked { name: "customer", label: text::CUSTOMER, hint: text::CUSTOMER_HINT };
    let [link_to, release_at] = [FormName::Link, FormName::Release].map(|form| form.action(org.id));
    let link = ActionForm {
        id: FormName::Link.id(),
        action: &link_to,
        asks: Some(customer),
        hidden: None,
        submit: text::LINK,
        rejected: link,
    };
    let release = ActionForm {
        id: FormName::Release.id(),
        action: &release_at,
        asks: None,
        hidden: None,
        submit: text::RELEASE,
        rejected: release,
    };
    html! {
        section class="stack" aria-label=(text::TITLE) {
            (link.folded(text::LINK_TITLE, text::LINK_HINT))
            (release.folded(text::RELEASE_TITLE, text::RELEASE_HINT))
        }
    }
}
