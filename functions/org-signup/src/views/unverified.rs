//! The page for a signed-in user who must use a sign-in link first.

use maud::{Markup, Render, html};
use ui::{Page, Tone, Weight, Width, hidden, note, submit};
use web::auth::AuthenticatedUser;

use crate::words::unverified::{self, portal};

/// Renders the page for a signed-in user whose address is not verified, or who came from the host app.
/// Its button emails a sign-in link.
pub fn unverified(product: &str, user: &AuthenticatedUser) -> Markup {
    let address = user.found.user.value.address.as_str();
    let (title, heading, reason, [before, after]) = match &user.found.session.return_url {
        Some(from) => (portal::TITLE, portal::HEADING, &*portal::note(from.host()), portal::TEXT),
        None => (unverified::TITLE, unverified::HEADING, unverified::NOTE, unverified::TEXT),
    };
    let main = html! {
        h1 { (heading) }
        div class="stack" {
            (note(Tone::Notice, "✉️", reason, &html! {
                p { (before) strong { (address) } (after) }
            }))
        }
        form class="actions" method="post" action="/login" {
            (hidden("email", address))
            (hidden("next", "/organizations/new"))
            (submit(Weight::Primary, unverified::SUBMIT))
        }
    };
    let person = Some(user.person(None));
    Page { product, title, person, width: Width::Narrow, main }.render()
}
