//! The page for an admin who first has to verify their address.

use maud::{Markup, Render, html};
use ui::{Page, Person, Tone, Width, note};
use web::auth::back_link;

use crate::{auth::AuthenticatedAdmin, words::verify_email as words};

/// Renders the page, which says that a sign-in link was sent to the address of the admin.
pub fn render(admin: &AuthenticatedAdmin, product: &str) -> Markup {
    let user = &admin.user;
    let main = html! {
        h1 { (words::HEADING) }
        p class="lead" {
            (words::LEAD_BEFORE_ADDRESS) strong { (user.address.as_str()) } (words::LEAD_AFTER_ADDRESS)
        }
        (note(Tone::Notice, "✉️", words::TITLE, &html! { p { (words::note()) } }))
    };
    let (organization, back) = (admin.org.value.name.as_str(), admin.return_url.as_ref().map(back_link));
    let person = Person { name: user.name.as_str(), organization, admin: true, here: None, back };
    Page { product, title: words::TITLE, person: Some(person), width: Width::Narrow, main }.render()
}
