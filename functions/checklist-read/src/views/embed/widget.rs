//! The onboarding widget, for pages of the host app.

use maud::{Markup, html};
use serde_json::json;
use web::Links;

use crate::{
    config::Config,
    views::View,
    words::{self, label, task as text, widget},
};

/// Renders the widget. It is empty for members, and after the checklist is dismissed. `origin` is
/// Onramp's own origin.
pub fn render(view: &View, config: &Config, origin: &str) -> Markup {
    if view.admin.is_none() || view.org.checklist.dismissed_at.is_some() {
        return html! {};
    }
    let links = Links { origin, app: config.app_url.as_deref(), org: view.org.id };
    let checklist = format!("{origin}/onboarding/checklist");
    let steps = view.progress();
    let (done, total, percentage) = (steps.completed_count(), steps.total_count(), steps.percentage());
    let next = steps.next_task();
    // Detail of the event `ob:progress`, which the widget's custom element dispatches on the
    // embedding page.
    let progress = json!({
        "completed": done,
        "total": total,
        "percentage": percentage,
        "next": next.map(|task| task.key),
    });
    let change = |what: &str, label: &str| {
        html! { a class="ob-quiet" href=(checklist) target="_top" data-ob-do=(what) { (label) } }
    };
    html! {
        section class="ob-card" aria-label=(label::GETTING_STARTED) data-ob-org=(view.org.id) data-ob-progress=(progress) {
            div class="ob-head" {
                p class="ob-title" { (label::GETTING_STARTED) }
                a class="ob-quiet" href=(checklist) target="_top" {
                    (widget::SEE_ALL) span class="ob-ears" { (widget::SEE_ALL_TASKS) }
                }
            }
            p class="ob-line" {
                span { (words::done_of(done, total)) } span class="ob-soft" { (percentage) "%" }
            }
            progress class="ob-bar" aria-label=(words::progress::LABEL) max=(total) value=(done) { (percentage) "%" }
            @if let Some(task) = next {
                div class="ob-next" {
                    span class="ob-icon" aria-hidden="true" { (task.icon) }
                    div {
                        p class="ob-name" { (task.title) }
                        p class="ob-soft" { (text::with_duration(task.description, task.minutes)) }
                    }
                }
                @if view.may_change() {
                    div class="ob-actions" {
                        a class="ob-button" href=(links.of(task)) target="_top" { (words::onward(task.action.label)) }
                        (change(&format!("complete/{}", task.key), label::MARK_AS_DONE))
                        (change(&format!("skip/{}", task.key), label::SKIP))
                        (change("dismiss", label::DISMISS))
                    }
                }
            } @else {
                div class="ob-next" {
                    span class="ob-icon" aria-hidden="true" { "🎉" }
                    div {
                        p class="ob-name" { (widget::COMPLETE) }
                        p class="ob-soft" { (widget::COMPLETE_TEXT) }
                    }
                }
                @if view.may_change() { div class="ob-actions" { (change("dismiss", label::DISMISS)) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::checklist::ChecklistCommand::{Complete, Dismiss};
    use jiff::SignedDuration;
    use serde_json::Value;

    use super::*;
    use crate::testing::{config, every_task, read, trial};

    const ORIGIN: &str = "https://onramp.example.com";

    fn shown(view: &View) -> String {
        render(view, &config(), ORIGIN).into_string()
    }

    #[test]
    fn widget_shows_progress_as_text_and_as_event_detail() {
        let view = trial().having(&[Complete("invited_team_member")]);
        let text = read(&render(&view, &config(), ORIGIN));
        for part in ["1 of 8 done", "12%", "Create project", "Mark as done", "Dismiss"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let detail = |view: &View| -> Value {
            let shown = shown(view).replace("&quot;", "\"");
            let (_, json) = shown.split_once("data-ob-progress=\"").unwrap();
            serde_json::Deserializer::from_str(json).into_iter().next().unwrap().unwrap()
        };
        assert_eq!(
            detail(&view),
            json!({ "completed": 1, "total": 8, "percentage": 12, "next": "created_project" })
        );
        let complete = detail(&trial().having(&every_task()));
        assert_eq!(complete["next"], Value::Null, "no task is left");
    }

    #[test]
    fn links_are_absolute_and_no_form_is_needed() {
        let hosted = Config { app_url: "https://app.example.com".parse().ok(), ..config() };
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
                    "the link must leave the frame: {link}"
                );
            }
        }
    }

    #[test]
    fn widget_is_empty_for_members_and_after_a_dismissal() {
        assert_eq!(shown(&trial().into_member()), "");
        assert_eq!(shown(&trial().having(&[Dismiss])), "");
        let ended = shown(&trial().later(SignedDuration::from_hours(15 * 24)));
        assert!(
            ended.contains("0 of 8") && !ended.contains("data-ob-do"),
            "no change is offered without full access"
        );
    }
}
