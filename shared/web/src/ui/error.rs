use maud::{Markup, Render, html};

use super::{Page, Weight, Width, link_button};

/// A way on from an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WayOn<'a> {
    /// The words on it: a verb with its object.
    pub label: &'a str,
    /// Where it leads.
    pub href: &'a str,
}

/// The page that says what went wrong and what to do about it. It depends on nothing but its arguments,
/// so that two requests that must not be told apart get the same bytes.
#[must_use]
pub fn error_page(status: u16, title: &str, detail: &str, way_on: WayOn<'_>) -> Markup {
    let main = html! {
        section class="plain" {
            p class="plain-code" { (status) }
            h1 { (title) }
            p class="lead" { (detail) }
            p class="actions" { (link_button(Weight::Primary, way_on.href, way_on.label)) }
        }
    };
    Page { product: "", title, person: None, width: Width::Narrow, main }.render()
}
