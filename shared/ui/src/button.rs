//! Buttons, and links that look like buttons.

use maud::{Markup, html};

/// The visual weight of a button. A page has at most one primary button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The main action of the page.
    Primary,
    /// An alternative to the main action.
    Secondary,
    /// A minor action, such as canceling; looks like text.
    Quiet,
}

impl Weight {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Secondary => "button",
            Self::Quiet => "button button-quiet",
        }
    }
}

/// Renders a link that looks like a button. `label` starts with a verb.
#[must_use]
pub fn link_button(weight: Weight, href: &str, label: &str) -> Markup {
    html! { a class=(weight.class()) href=(href) { (label) } }
}

/// Renders a quiet link that looks like a button. `about` is a text that screen readers read after the
/// label. It distinguishes several links on one page with the same label, such as "Remove".
#[must_use]
pub fn row_link(href: &str, label: &str, about: &str) -> Markup {
    html! { a class=(Weight::Quiet.class()) href=(href) aria-label={ (label) ": " (about) } { (label) } }
}

/// Renders the submit button of the surrounding form.
#[must_use]
pub fn submit(weight: Weight, label: &str) -> Markup {
    html! { button class=(weight.class()) type="submit" { (label) } }
}

/// Renders a form that consists of one button.
///
/// `about` is a text that screen readers read after the label. It distinguishes several buttons on
/// one page with the same label, such as "Skip".
#[must_use]
pub fn post_button(weight: Weight, action: &str, label: &str, about: Option<&str>) -> Markup {
    let accessible_label = about.map(|about| format!("{label}: {about}"));
    html! {
        form class="post" method="post" action=(action) {
            button class=(weight.class()) type="submit" aria-label=[accessible_label] { (label) }
        }
    }
}
