use maud::{Markup, html};

/// How loudly a button speaks. A page has one primary button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The one thing to do here.
    Primary,
    /// Something else that one may do.
    Secondary,
    /// A quiet way out, drawn as text.
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

/// A link that looks like a button. `label` is a verb with its object.
#[must_use]
pub fn link_button(weight: Weight, href: &str, label: &str) -> Markup {
    html! { a class=(weight.class()) href=(href) { (label) } }
}

/// The button that sends the form around it.
#[must_use]
pub fn submit(weight: Weight, label: &str) -> Markup {
    html! { button class=(weight.class()) type="submit" { (label) } }
}

/// A form that is nothing but its button. `about` finishes the label for those who hear the page:
/// many buttons on one page may say "Skip".
#[must_use]
pub fn post_button(weight: Weight, action: &str, label: &str, about: Option<&str>) -> Markup {
    let heard = about.map(|about| format!("{label}: {about}"));
    html! {
        form class="post" method="post" action=(action) {
            button class=(weight.class()) type="submit" aria-label=[heard] { (label) }
        }
    }
}
