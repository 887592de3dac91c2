//! Help: how each task is done, and what people ask.

use domain::{
    definition::BUILT_IN,
    task::{Task, TaskTarget as Where},
};
use maud::{Markup, Render, html};
use web::ui::{NavItem, Page, Width};

use crate::{components::task, config::Config, view::View};

/// Questions and answers about setting up.
const QUESTIONS: [(&str, &str); 7] = [
    (
        "Do I have to do every step?",
        "No. Skip what you do not need: a skipped step counts as dealt with, and you can bring it back whenever you like.",
    ),
    (
        "Do steps tick themselves?",
        "Yes. What you do in the product is noticed within moments. “Mark as done” is for what you did elsewhere.",
    ),
    (
        "I dismissed the checklist. Is it gone?",
        "No. Your progress is kept. Open the checklist from the dashboard and choose “Restore checklist”.",
    ),
    ("Who sees the checklist?", "The admins of your organization. Members go straight to work."),
    (
        "What happens when the trial ends?",
        "Nothing is deleted. You can still read everything; adding and changing starts again the moment a plan does.",
    ),
    (
        "Do I need a card to try it?",
        "No. A trial asks for nothing but your name and address, and nothing is charged without your say.",
    ),
    (
        "How do I sign in again?",
        "With a link that we mail to you. There is no password to remember or to lose.",
    ),
];

/// The page, for everybody.
#[must_use]
pub fn render(view: Option<&View>, config: &Config) -> Markup {
    // Whoever is a stranger reads of what everybody does.
    let tasks = view.map_or_else(|| BUILT_IN.tasks.iter().collect(), |view| view.progress().tasks);
    let main = html! {
        h1 { "Setup guide" }
        p class="lead" { "How each step is done, about how long it takes, and why it is worth it." }
        div class="stack" {
            @for it in tasks { (help(it, view, config)) }
            section class="faq" aria-labelledby="questions" {
                h2 id="questions" class="section-head" { "Questions" }
                div class="card" {
                    @for (question, answer) in QUESTIONS {
                        details {
                            summary { (question) }
                            p class="prose soft" { (answer) }
                        }
                    }
                }
            }
        }
    };
    match view {
        Some(view) => view.page(config, "Setup guide", Some(NavItem::Guide), Width::Reading, main),
        None => {
            Page { product: &config.product, title: "Setup guide", person: None, width: Width::Reading, main }
                .render()
        }
    }
}

fn help(it: &Task, view: Option<&View>, config: &Config) -> Markup {
    // Without a host app the task's link would lead right back here.
    let link = view.filter(|_| config.app_url.is_some() || !matches!(it.action.place, Where::HostApp(_)));
    html! {
        section class="card guide-task" id=(it.key) {
            (task::icon(it))
            div class="prose" {
                h2 { (it.title) }
                p { (it.how_to) }
                p class="soft" { (it.description) " About " (it.minutes) " min." }
                @if let Some(view) = link {
                    p { a class="row-link" href=(view.link(it, config)) { (it.action.label) " →" } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{config, trial};

    #[test]
    fn every_task_has_its_place_where_its_links_lead() {
        let page = render(None, &config()).0;
        for task in BUILT_IN.tasks {
            assert!(page.contains(&format!(r#"id="{}""#, task.key)), "{}", task.key);
            let link = trial().link(task, &config());
            let here = link.starts_with("/organizations/") || link == "/members";
            assert!(here || link.ends_with(&format!("#{}", task.key)), "{link}");
        }
        let hosted = Config { app_url: Some("https://app.example.com".to_owned()), ..config() };
        assert!(render(Some(&trial()), &hosted).0.contains(r#"href="https://app.example.com/projects""#));
    }
}
