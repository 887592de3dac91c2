//! The page that shows an error.

use maud::{Markup, Render, html};

use crate::{Page, Person, Weight, Width, hidden, link_button, submit};

/// The one action that an error page offers. Its label starts with a verb.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextAction<'a> {
    /// A link to another page.
    Link {
        /// The label of the link.
        label: &'a str,
        /// The target URL. An empty URL means the current page.
        href: &'a str,
    },
    /// A button that sends the same form to the current URL again.
    Repeat {
        /// The label of the button.
        label: &'a str,
        /// The fields with their submitted values.
        fields: Vec<(&'a str, &'a str)>,
    },
}

/// Renders the page that shows an error and what the user can do next.
///
/// The page depends only on the arguments. So a request for an item that does not exist and a
/// request for an item that the caller may not see get exactly the same page.
#[must_use]
pub fn error_page(
    (status, title): (u16, &str),
    detail: &str,
    person: Option<Person<'_>>,
    next: &NextAction<'_>,
) -> Markup {
    let main = html! {
        section class="plain" {
            p class="plain-code" { (status) }
            h1 { (title) }
            p class="lead" { (detail) }
            @match next {
                NextAction::Link { label, href } => {
                    p class="actions" { (link_button(Weight::Primary, href, label)) }
                }
                // Without the attribute `action`, the browser sends the form to the current URL.
                NextAction::Repeat { label, fields } => {
                    form class="actions" method="post" {
                        @for (name, value) in fields { (hidden(name, value)) }
                        (submit(Weight::Primary, label))
                    }
                }
            }
        }
    };
    Page { product: "", title, person, width: Width::Narrow, main }.render()
}
