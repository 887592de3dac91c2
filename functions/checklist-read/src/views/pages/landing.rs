//! The home page of Onramp.

use domain::checklist::BUILT_IN;
use maud::{Markup, Render, html};
use ui::{Page, Weight, Width, link_button, tick};

use crate::{
    config::Config,
    views::View,
    views::components::task,
    words::{landing as words, onward, task as text},
};

/// Renders the page. It offers sign-up and sign-in to visitors, and a link to the dashboard to
/// signed-in users.
pub fn render(view: Option<&View>, config: &Config) -> Markup {
    let product = config.product.as_str();
    let main = html! {
        section class="columns columns-even landing" {
            div class="hero-plain" {
                h1 { (words::heading(product)) }
                p class="lead" { (words::LEAD) }
                div class="actions" {
                    @if let Some(view) = view {
                        (link_button(Weight::Primary, "/dashboard", &onward(words::go_to(&view.org.name))))
                    } @else {
                        (link_button(Weight::Primary, "/organizations/new", &onward(words::START_TRIAL)))
                        (link_button(Weight::Secondary, "/login", words::SIGN_IN))
                    }
                }
                @if view.is_none() { p class="soft small hero-note" { (words::NO_CARD) } }
            }
            (preview())
        }
        section aria-labelledby="how" {
            h2 id="how" class="section-head" { (words::HOW_IT_WORKS) }
            ol class="steps" {
                @for (title, text) in words::STEPS {
                    li {
                        h3 { (title) }
                        p class="soft" { (text) }
                    }
                }
            }
        }
    };
    match view {
        Some(view) => view.page(config, words::TITLE_SIGNED_IN, None, Width::Wide, main),
        None => Page { product, title: words::TITLE, person: None, width: Width::Wide, main }.render(),
    }
}

/// Renders an example of the checklist. Screen readers skip it, because it is only an illustration.
fn preview() -> Markup {
    html! {
        div class="card preview" aria-hidden="true" {
            div class="progress" {
                p class="progress-line" {
                    span class="progress-count" { (words::EXAMPLE_DONE) }
                    span class="soft" { (words::EXAMPLE_PERCENTAGE) }
                }
                div class="preview-bar" { div {} }
            }
            ul class="preview-list" {
                @for task in BUILT_IN.tasks.iter().take(3) {
                    li { (tick()) span class="soft" { (task.title) } }
                }
                @if let Some(next) = BUILT_IN.tasks.get(3) {
                    li class="preview-next" {
                        (task::icon(next))
                        span {
                            strong { (next.title) }
                            span class="soft" { (text::about(next.minutes)) }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{config, read, trial};

    #[test]
    fn visitors_can_sign_up_and_users_go_to_their_organization() {
        let visitor = render(None, &config()).0;
        assert!(visitor.contains(r#"href="/organizations/new""#) && visitor.contains(r#"href="/login""#));
        let back = render(Some(&trial()), &config());
        assert!(read(&back).contains("Go to Acme Corp →") && !back.0.contains("/organizations/new"));
    }
}
