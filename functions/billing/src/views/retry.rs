//! The page that offers to repeat a request while Stripe is unavailable.

use maud::{Markup, Render, html};
use ui::{Page, Weight, Width, hidden, link_button, submit};
use web::Problem;

use crate::words::retry as words;

/// Renders the page. Its form posts `fields` to `path` again. `back` is the path of the plan page.
pub fn render(
    product: &str,
    problem: &Problem,
    path: &str,
    fields: &[(&'static str, String)],
    back: &str,
) -> Markup {
    let title = problem.kind.title();
    let main = html! {
        section class="plain" {
            p class="plain-code" { (problem.kind.status().as_u16()) }
            h1 { (title) }
            p class="lead" { (problem.detail) }
            form class="actions" method="post" action=(path) {
                @for (name, value) in fields { (hidden(name, value)) }
                (submit(Weight::Primary, words::TRY_AGAIN))
                (link_button(Weight::Secondary, back, words::BACK))
            }
        }
    };
    Page { product, title, person: None, width: Width::Narrow, main }.render()
}
