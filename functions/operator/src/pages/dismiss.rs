//! View of a rejected form that dismisses an event.

use maud::{Markup, html};
use web::{FieldError, Fields};

use crate::{pages::form::ActionForm, review_item::ReviewItemView, words};

/// Renders the content of the page: the form again, with its errors.
pub fn render(view: &ReviewItemView, fields: &Fields, errors: &[FieldError]) -> Markup {
    let form = ActionForm {
        id: "dismiss",
        action: &view.dismissal(),
        asks_customer: false,
        customer: None,
        submit: words::actions::DISMISS,
        rejected: Some((fields, errors)),
    };
    html! {
        p class="eyebrow" { a href="/operator" { (words::OPERATOR) } }
        h1 { (view.title) }
        div class="stack" {
            p class="soft" { (words::actions::DISMISS_HINT) }
            (form.render())
        }
    }
}
