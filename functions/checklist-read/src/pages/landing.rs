//! The front door.

use domain::definition::BUILT_IN;
use maud::{Markup, Render, html};
use web::ui::{Page, Weight, Width, link_button, tick};

use crate::{components::task, config::Config, view::View};

/// The page, for strangers and for those who are signed in.
#[must_use]
pub fn render(view: Option<&View>, config: &Config) -> Markup {
    let product = config.product.as_str();
    let main = html! {
        section class="columns columns-even landing" {
            div class="hero-plain" {
                h1 { "Your team in " (product) ", before the coffee is cold." }
                p class="lead" {
                    "Sign up with one short form and you are inside: your organization, a first project, "
                    "and a checklist that shows the way."
                }
                div class="actions" {
                    @if let Some(view) = view {
                        (link_button(Weight::Primary, "/dashboard", &format!("Go to {} →", view.org.name)))
                    } @else {
                        (link_button(Weight::Primary, "/organizations/new", "Start free trial →"))
                        (link_button(Weight::Secondary, "/login", "Sign in"))
                    }
                }
                @if view.is_none() { p class="soft small hero-note" { "No card needed. Nothing to install." } }
            }
            (preview())
        }
        section aria-labelledby="how" {
            h2 id="how" class="section-head" { "How it begins" }
            ol class="steps" {
                li {
                    h3 { "Sign up" }
                    p class="soft" { "A name, an address, done. You are signed in at once, with nothing to wait for." }
                }
                li {
                    h3 { "Look around" }
                    p class="soft" { "Your first project is there. A welcome mail has the links you will want again." }
                }
                li {
                    h3 { "Settle in" }
                    p class="soft" { "A few short steps, ticked off as you work. Skip what you do not need." }
                }
            }
        }
    };
    match view {
        Some(view) => view.page(config, "Home", None, Width::Wide, main),
        None => Page { product, title: "Get started", person: None, width: Width::Wide, main }.render(),
    }
}

/// What the checklist looks like. A picture: those who hear the page have the words beside it.
fn preview() -> Markup {
    html! {
        div class="card preview" aria-hidden="true" {
            div class="progress" {
                p class="progress-line" { span class="progress-count" { "3 of 8 done" } span class="soft" { "37%" } }
                div class="preview-bar" { div {} }
            }
            ul class="preview-list" {
                @for it in BUILT_IN.tasks.iter().take(3) {
                    li { (tick()) span class="soft" { (it.title) } }
                }
                @if let Some(next) = BUILT_IN.tasks.get(3) {
                    li class="preview-next" {
                        (task::icon(next))
                        span { strong { (next.title) } span class="soft" { "about " (next.minutes) " min" } }
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
    fn strangers_can_sign_up_or_in_and_others_go_on() {
        let stranger = render(None, &config()).0;
        assert!(stranger.contains(r#"href="/organizations/new""#) && stranger.contains(r#"href="/login""#));
        let back = render(Some(&trial()), &config());
        assert!(read(&back).contains("Go to Acme Corp →") && !back.0.contains("/organizations/new"));
    }
}
