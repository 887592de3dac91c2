//! The page for an admin who first has to verify their address.

use domain::people::User;
use maud::{Markup, Render, html};
use ui::{Page, Person, Tone, Width, note};

use crate::words::verify_email as words;

/// Renders the page, which says that a sign-in link was sent to the address of `user`.
pub fn render(user: &User, organization: &str, product: &str) -> Markup {
    let main = html! {
        h1 { (words::HEADING) }
        p class="lead" {
            (words::LEAD_BEFORE_ADDRESS) strong { (user.address.as_str()) } (words::LEAD_AFTER_ADDRESS)
        }
        (note(Tone::Notice, "✉️", words::TITLE, &html! { p { (words::note()) } }))
    };
    let person = Person { name: user.name.as_str(), organization, admin: true, here: None };
    Page { product, title: words::TITLE, person: Some(person), width: Width::Narrow, main }.render()
}
