//! The setup guide: how to complete each task, and common questions.

use domain::checklist::{BUILT_IN, Task, TaskTarget};
use maud::{Markup, Render, html};
use ui::{NavItem, Page, Width};

use crate::{
    config::Config,
    views::View,
    views::components::task,
    words::{guide as words, label, onward, task as text},
};

/// Renders the page. Without a session it shows the tasks of the built-in checklist.
pub fn render(view: Option<&View>, config: &Config) -> Markup {
    let tasks = view.map_or_else(|| BUILT_IN.tasks.iter().collect(), |view| view.progress().tasks);
    let main = html! {
        h1 { (label::SETUP_GUIDE) }
        p class="lead" { (words::LEAD) }
        div class="stack" {
            @for task in tasks { (help(task, view, config)) }
            section class="faq" aria-labelledby="questions" {
                h2 id="questions" class="section-head" { (words::QUESTIONS) }
                div class="card" {
                    @for (question, answer) in words::FAQ {
                        details {
                            summary { (question) }
                            p class="prose soft" { (answer) }
                        }
                    }
                }
            }
        }
    };
    let title = label::SETUP_GUIDE;
    match view {
        Some(view) => view.page(config, title, Some(NavItem::Guide), Width::Reading, main),
        None => Page { product: &config.product, title, person: None, width: Width::Reading, main }.render(),
    }
}

fn help(task: &Task, view: Option<&View>, config: &Config) -> Markup {
    // Without a host app, the link of a task in the host app would lead to this guide, so it is
    // omitted.
    let has_target = config.app_url.is_some() || !matches!(task.action.target, TaskTarget::HostApp(_));
    html! {
        section class="card guide-task" id=(task.key) {
            (task::icon(task))
            div class="prose" {
                h2 { (task.title) }
                p { (task.how_to) }
                p class="soft" { (text::with_duration(task.description, task.minutes)) }
                @if let Some(view) = view.filter(|_| has_target) {
                    p { a class="row-link" href=(view.link(task, config)) { (onward(task.action.label)) } }
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
    fn guide_has_the_section_that_each_task_links_to() {
        let page = render(None, &config()).0;
        for task in BUILT_IN.tasks {
            assert!(page.contains(&format!(r#"id="{}""#, task.key)), "{}", task.key);
            let link = trial().link(task, &config());
            let here = link.starts_with("/organizations/") || link == "/members";
            assert!(here || link.ends_with(&format!("#{}", task.key)), "{link}");
        }
        let hosted = Config { app_url: "https://app.example.com".parse().ok(), ..config() };
        assert!(render(Some(&trial()), &hosted).0.contains(r#"href="/handover?to=/projects""#));
    }
}
