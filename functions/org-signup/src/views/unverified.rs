//! The page for a signed-in user whose address is not verified.

use maud::{Markup, Render, html};
use ui::{Page, Tone, Weight, Width, hidden, note, submit};
use web::auth::AuthenticatedUser;

use crate::words::unverified;

/// Renders the page for a signed-in user whose address is not verified. Its button emails a sign-in
/// link.
pub fn unverified(product: &str, user: &AuthenticatedUser) -> Markup {
    let address = user.found.user.value.address.as_str();
    let [before, after] = unverified::TEXT;
    let main = html! {
        h1 { (unverified::HEADING) }
        (note(Tone::Notice, "✉️", unverified::NOTE, &html! {
            p { (before) strong { (address) } (after) }
        }))
        form class="actions" method="post" action="/login" {
            (hidden("email", address))
            (hidden("next", "/organizations/new"))
            (submit(Weight::Primary, unverified::SUBMIT))
        }
    };
    let person = Some(user.person(None));
    Page { product, title: unverified::TITLE, person, width: Width::Narrow, main }.render()
}
