//! The page for an address that already has an account.

use maud::{Markup, Render, html};
use ui::{Page, Tone, Weight, Width, link_button, note};

use crate::words::known_address;

/// Renders the response to a sign-up with an address that already has an account. The sign-up
/// created no organization, and a sign-in link is emailed to the address.
pub fn known_address(product: &str) -> Markup {
    let main = html! {
        section class="plain" {
            h1 { (known_address::HEADING) }
            p class="lead" { (known_address::LEAD) }
            (note(Tone::Notice, "✉️", known_address::TITLE, &html! { p { (known_address::sent()) } }))
            p class="actions" { (link_button(Weight::Secondary, "/login", known_address::SIGN_IN)) }
        }
    };
    Page { product, title: known_address::TITLE, person: None, width: Width::Narrow, main }.render()
}
