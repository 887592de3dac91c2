//! The page that shows an error.

use maud::{Markup, Render, html};

use crate::{Page, Weight, Width, link_button};

/// The link of an error page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextAction<'a> {
    /// The label, which starts with a verb.
    pub label: &'a str,
    /// The target URL. An empty URL means the current page.
    pub href: &'a str,
}

/// Renders the page that shows an error and what the user can do next.
///
/// The page depends only on the arguments. So a request for an item that does not exist and a
/// request for an item that the caller may not see get exactly the same page.
#[must_use]
pub fn error_page(status: u16, title: &str, detail: &str, next: NextAction<'_>) -> Markup {
    let main = html! {
        section class="plain" {
            p class="plain-code" { (status) }
            h1 { (title) }
            p class="lead" { (detail) }
            p class="actions" { (link_button(Weight::Primary, next.href, next.label)) }
        }
    };
    Page { product: "", title, person: None, width: Width::Narrow, main }.render()
}
