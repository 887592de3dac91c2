//! The onboarding widget, for pages of the host app.

use maud::{Markup, html};
use serde_json::json;
use web::Links;

use crate::{config::Config, view::View};

/// The widget; nothing for members, and nothing once the checklist is put aside. `origin` is our own.
#[must_use]
pub fn render(view: &View, config: &Config, origin: &str) -> Markup {
    if view.admin.is_none() || view.org.checklist.dismissed_at.is_some() {
        return html! {};
    }
    let places = Links { origin, app: config.app_url.as_deref(), org: view.org.id };
    let all = format!("{origin}/onboarding/checklist");
    let steps = view.progress();
    let (done, count, percentage) = (steps.completed_count(), steps.total_count(), steps.percentage());
    let next = steps.next_task();
    // What the element tells the page around it.
    let progress = json!({
        "completed": done,
        "total": count,
        "percentage": percentage,
        "next": next.map(|task| task.key),
    });
    let change = |what: &str, label: &str| {
        html! { a class="ob-quiet" href=(all) target="_top" data-ob-do=(what) { (label) } }
    };
    html! {
        section class="ob-card" aria-label="Getting started" data-ob-org=(view.org.id) data-ob-progress=(progress) {
            div class="ob-head" {
                p class="ob-title" { "Getting started" }
                a class="ob-quiet" href=(all) target="_top" { "See all" span class="ob-ears" { " tasks" } }
            }
            p class="ob-line" { span { (done) " of " (count) " done" } span class="ob-soft" { (percentage) "%" } }
            progress class="ob-bar" aria-label="Setup progress" max=(count) value=(done) { (percentage) "%" }
            @if let Some(task) = next {
                div class="ob-next" {
                    span class="ob-icon" aria-hidden="true" { (task.icon) }
                    div {
                        p class="ob-name" { (task.title) }
                        p class="ob-soft" { (task.description) " About " (task.minutes) " min." }
                    }
                }
                @if view.may_change() {
                    div class="ob-actions" {
                        a class="ob-button" href=(places.of(task)) target="_top" { (task.action.label) " →" }
                        (change(&format!("complete/{}", task.key), "Mark as done"))
                        (change(&format!("skip/{}", task.key), "Skip"))
                        (change("dismiss", "Dismiss"))
                    }
                }
            } @else {
                div class="ob-next" {
                    span class="ob-icon" aria-hidden="true" { "🎉" }
                    div {
                        p class="ob-name" { "You’re all set up" }
                        p class="ob-soft" { "Nothing is left to do here." }
                    }
                }
                @if view.may_change() { div class="ob-actions" { (change("dismiss", "Dismiss")) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::org::ChecklistCommand::{Complete, Dismiss};
    use jiff::SignedDuration;
    use serde_json::Value;

    use super::*;
    use crate::testing::{config, every_task, read, trial};

    const ORIGIN: &str = "https://onramp.example.com";

    fn shown(view: &View) -> String {
        render(view, &config(), ORIGIN).into_string()
    }

    #[test]
    fn it_says_how_far_and_what_next_in_words_and_for_scripts() {
        let view = trial().having(&[Complete("invited_team_member")]);
        let text = read(&render(&view, &config(), ORIGIN));
        for words in ["1 of 8 done", "12%", "Create project", "Mark as done", "Dismiss"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let told = |view: &View| -> Value {
            let shown = shown(view).replace("&quot;", "\"");
            let (_, json) = shown.split_once("data-ob-progress=\"").unwrap();
            serde_json::Deserializer::from_str(json).into_iter().next().unwrap().unwrap()
        };
        assert_eq!(
            told(&view),
            json!({ "completed": 1, "total": 8, "percentage": 12, "next": "created_project" })
        );
        assert_eq!(told(&trial().having(&every_task()))["next"], Value::Null, "that is how it is complete");
    }

    #[test]
    fn every_link_works_on_a_page_of_another_origin_and_nothing_needs_a_form() {
        let hosted = Config { app_url: Some("https://app.example.com".to_owned()), ..config() };
        for view in
            [trial(), trial().having(&[Complete("invited_team_member")]), trial().having(&every_task())]
        {
            let shown = render(&view, &hosted, ORIGIN).into_string();
            assert!(!shown.contains("<form") && !shown.contains("<button"), "{shown}");
            for (_, link) in shown.match_indices("href=\"").map(|(at, _)| (at, &shown[at + 6..])) {
                assert!(
                    link.starts_with("https://onramp.example.com/")
                        || link.starts_with("https://app.example.com/"),
                    "{link}"
                );
                assert!(
                    link.split('>').next().unwrap().contains(r#"target="_top""#),
                    "or it opens inside of a frame"
                );
            }
        }
    }

    #[test]
    fn members_and_those_who_put_it_aside_see_nothing() {
        assert_eq!(shown(&trial().as_member()), "");
        assert_eq!(shown(&trial().having(&[Dismiss])), "");
        let ended = shown(&trial().later(SignedDuration::from_hours(15 * 24)));
        assert!(
            ended.contains("0 of 8") && !ended.contains("data-ob-do"),
            "without full access nothing can be done"
        );
    }
}
