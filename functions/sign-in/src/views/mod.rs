//! The pages, one file for each handler that shows them.

pub mod account;
pub mod confirm;
pub mod draft;
pub mod invitation;
pub mod link;
pub mod login;
pub mod members;
pub mod no_org;
pub mod portal;
pub mod settings;
pub mod unsubscribe;
pub mod verify;

use maud::{Markup, Render, html};
use ui::{Page, Person, Weight, Width};

use crate::words;

/// Renders a text of [`words`](crate::words), with the parts at odd indexes in bold.
pub fn emphasized(parts: &[impl AsRef<str>]) -> Markup {
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if index % 2 == 1 { strong { (part.as_ref()) } } @else { (part.as_ref()) }
        }
    }
}

/// Renders a page with one form or message. Without `person`, the header names the user of the session
/// that the handler loaded, if it loaded one.
fn narrow_page(product: &str, title: &str, person: Option<Person<'_>>, main: Markup) -> Markup {
    let viewer = web::viewer();
    let person = person.or_else(|| viewer.as_ref().map(web::Viewer::person));
    Page { product, title, person, width: Width::Narrow, main }.render()
}

/// Renders the button that emails a sign-in link to the user's own address. The link verifies the
/// address, and opens the members.
fn email_link(address: &str) -> Markup {
    html! {
        form class="actions" method="post" action="/login" {
            (ui::hidden("email", address))
            (ui::hidden("next", "/members"))
            (ui::submit(Weight::Primary, words::EMAIL_LINK))
        }
    }
}
