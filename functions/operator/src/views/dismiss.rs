//! Page of a rejected form that dismisses an event.

use maud::{Markup, html};

use crate::{
    views::{
        action_form::{ActionForm, Rejected},
        paths,
        review_item::ReviewItemView,
    },
    words,
};

/// Renders the content of the page: the form again, with its errors.
pub fn render(view: &ReviewItemView, rejected: Rejected<'_>) -> Markup {
    let form = ActionForm {
        id: "dismiss",
        action: &paths::dismissal(&view.id),
        asks_customer: false,
        customer: None,
        submit: words::actions::DISMISS,
        rejected: Some(rejected),
    };
    html! {
        p class="eyebrow" { a href=(paths::QUEUE) { (words::OPERATOR) } }
        h1 { (view.title) }
        div class="stack" {
            p class="soft" { (words::actions::DISMISS_HINT) }
            (form.render())
        }
    }
}
