//! The error page.

use maud::{Markup, Render, html};

use super::{Page, Weight, Width, link_button};

/// The link of an error page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextAction<'a> {
    /// The label, which starts with a verb.
    pub label: &'a str,
    /// The target URL. An empty one is the current page.
    pub href: &'a str,
}

/// Renders the page that states an error and what to do about it.
///
/// The page depends only on its arguments. Two requests that a caller must not be able to
/// distinguish therefore get the same bytes.
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
