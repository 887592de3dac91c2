//! The page for a verified user without an organization.

use domain::people::User;
use maud::{Markup, html};
use ui::{Field, Weight};

use super::{emphasized, narrow_page};
use crate::words::no_org as words_of;

/// Renders the page of a verified user without an organization, with the form that creates one.
///
/// `grant` is the secret of the user's organization grant. `invitation` is the path of the
/// invitation that the user opened before they signed in. They can accept it on this page.
pub fn no_org(product: &str, user: &User, grant: &str, form_token: &str, invitation: Option<&str>) -> Markup {
    let main = html! {
        h1 { (words_of::TITLE) }
        p class="lead" { (emphasized(&words_of::lead(user.address.as_str()))) }
        @if let Some(invitation) = invitation {
            form class="card form" method="post" action=(invitation) {
                (ui::hidden("founding", grant))
                p { (words_of::INVITED) }
                div class="actions" { (ui::submit(Weight::Primary, words_of::ACCEPT)) }
            }
        }
        form class="card form" method="post" action="/organizations/new" novalidate {
            (ui::hidden("founding", grant))
            (ui::hidden("form_token", form_token))
            (ui::time_zone("time_zone"))
            (Field {
                name: "name",
                kind: ui::Kind::Text,
                label: words_of::NAME,
                hint: Some(if user.trial_used { words_of::NAME_HINT } else { words_of::NAME_HINT_TRIAL }),
                value: "",
                autocomplete: "organization",
                error: None,
            })
            div class="actions" { (ui::submit(Weight::Primary, words_of::CREATE)) }
        }
        p class="aside" { (words_of::form_expires()) }
    };
    narrow_page(product, words_of::TITLE, None, main)
}
