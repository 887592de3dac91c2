//! The onboarding widget, for pages of the host app.

use domain::{
    checklist::{Progress, Task, TaskTarget},
    people::PortalPage,
};
use maud::{Markup, html};
use org_state::Links;
use serde_json::json;
use ui::icon;

use crate::{
    config::Config,
    views::{View, components, components::setup::SetupState},
    words::{self, label, task as text, widget},
};

const CHECKLIST: &str = "/onboarding/checklist";
/// Name of the checklist as a portal page.
const CHECKLIST_PAGE: &str = PortalPage::Checklist.as_str();

/// Renders the widget, or only its head if the user collapsed it. It is empty if the user does not
/// see it, see [`View::shows_widget`]. `origin` is Onramp's own origin.
pub fn render(view: &View, config: &Config, origin: &str) -> Markup {
    if !view.shows_widget() {
        return html! {};
    }
    let links = Links { origin, app: config.app_url.as_deref(), org: view.org.id };
    let steps = view.progress();
    let next = steps.next_task();
    // Detail of the event `ob:progress`, which the widget's custom element dispatches on the
    // embedding page.
    let progress = json!({
        "completed": steps.completed_count(),
        "total": steps.total_count(),
        "percentage": steps.percentage(),
        "next": next.map(|task| task.key),
    });
    html! {
        section class="ob-card" aria-label=(label::GETTING_STARTED) data-ob-org=(view.org.id) data-ob-progress=(progress) {
            (head(view, &steps, origin))
            @if !view.preferences.widget_collapsed {
                (bar(&steps))
                @match view.next_task() {
                    Some(task) => (open(task, links)),
                    None if steps.is_complete() => (complete(view, links)),
                    None => (paused(view, origin)),
                }
            }
        }
    }
}

/// Renders the title, the number of steps that are left, and the links to the checklist and to the
/// collapsed widget.
fn head(view: &View, steps: &Progress<'_>, origin: &str) -> Markup {
    let (toggle, label) = components::widget::toggle(view);
    html! {
        div class="ob-head" {
            div {
                p class="ob-title" { (label::GETTING_STARTED) }
                @if !steps.is_complete() {
                    p class="ob-soft" { (words::progress::steps_left(steps.remaining_count())) }
                }
                @if let Some(setup) = SetupState::of(view) { p class="ob-soft" role="status" { (setup.title()) } }
            }
            a class="ob-quiet" href={ (origin) (CHECKLIST) } target="_top" data-ob-page=(CHECKLIST_PAGE) {
                (widget::SEE_ALL) span class="ob-ears" { (widget::SEE_ALL_TASKS) }
            }
            a class="ob-quiet" href={ (origin) "/dashboard" } target="_top" data-ob-page=(CHECKLIST_PAGE) data-ob-do=(toggle) { (label) }
        }
    }
}

fn bar(steps: &Progress<'_>) -> Markup {
    let percentage = steps.settled_percentage();
    html! {
        p class="ob-line" {
            span { (components::progress::count(steps)) } span class="ob-soft" { (percentage) "%" }
        }
        progress class="ob-bar" aria-label=(words::progress::LABEL) max=(steps.total_count()) value=(steps.settled_count()) {
            (percentage) "%"
        }
    }
}

fn open(task: &Task, links: Links<'_>) -> Markup {
    html! {
        div class="ob-next" {
            span class="ob-icon" { (icon(task.icon)) }
            div {
                p class="ob-name" { (task.title) }
                p class="ob-soft" { (text::with_duration(task.description, task.minutes)) }
            }
        }
        div class="ob-actions" {
            a class="ob-button" href=(links.of(task)) target="_top" data-ob-page=[portal_page(task)] { (words::onward(task.action.label)) }
            @if !task.has_evidence() {
                (change(links, &format!("complete/{}", task.key), label::MARK_AS_DONE))
            }
            (change(links, &format!("skip/{}", task.key), label::SKIP))
            (change(links, "dismiss", label::DISMISS))
        }
    }
}

/// Returns the portal page on which the user does the task. Returns `None` if the task leads to another
/// place, or to a public page.
fn portal_page(task: &Task) -> Option<&'static str> {
    match task.action.target {
        TaskTarget::Plans => Some(PortalPage::Plans.as_str()),
        TaskTarget::Members => Some(PortalPage::Members.as_str()),
        TaskTarget::HostApp(_) | TaskTarget::Url(_) => None,
    }
}

/// Renders that no task can be completed without full access, with the banner's button, because the
/// page may not show the banner.
fn paused(view: &View, origin: &str) -> Markup {
    let (title, text) = components::widget::paused_text(view);
    html! {
        (status("⏸️", title, text))
        div class="ob-actions" { (super::banner::action(view, origin)) }
    }
}

fn status(symbol: &'static str, title: &str, text: &str) -> Markup {
    html! {
        div class="ob-next" {
            span class="ob-icon" { (icon(symbol)) }
            div {
                p class="ob-name" { (title) }
                p class="ob-soft" { (text) }
            }
        }
    }
}

fn complete(view: &View, links: Links<'_>) -> Markup {
    html! {
        (status("🎉", widget::COMPLETE, widget::COMPLETE_TEXT))
        @if view.needs_plan() || view.may_change() {
            div class="ob-actions" {
                @if view.needs_plan() {
                    a class="ob-button" href=(links.plans()) target="_top" data-ob-page=(PortalPage::Plans.as_str()) { (label::VIEW_PLANS) }
                }
                @if view.may_change() { (change(links, "dismiss", label::DISMISS)) }
            }
        }
    }
}

/// Renders a link that a script turns into a button for the change `what`.
fn change(links: Links<'_>, what: &str, label: &str) -> Markup {
    html! {
        a class="ob-quiet" href={ (links.origin) (CHECKLIST) } target="_top" data-ob-page=(CHECKLIST_PAGE) data-ob-do=(what) { (label) }
    }
}

#[cfg(test)]
mod tests {
    use domain::checklist::ChecklistCommand::{Complete, Dismiss};
    use jiff::SignedDuration;
    use serde_json::Value;

    use super::*;
    use crate::testing::{config, every_task, read, setting_up, trial};

    const ORIGIN: &str = "https://onramp.example.com";

    fn shown(view: &View) -> String {
        render(view, &config(), ORIGIN).into_string()
    }

    #[test]
    fn widget_shows_progress_as_text_and_as_event_detail() {
        let view = trial().having(&[Complete("invited_team_member")]);
        let text = read(&render(&view, &config(), ORIGIN));
        for part in ["1 of 8 done", "12%", "7 steps left", "Create project", "Skip", "Dismiss"] {
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
    fn widget_shows_the_setup_of_the_organization() {
        for (done, shown) in [(0, true), (1, true), (2, false)] {
            let text = read(&render(&setting_up(done), &config(), ORIGIN));
            assert_eq!(text.contains(&format!("Setting up… {} of 2", done + 1)), shown, "{done}: {text}");
        }
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
                let names_page = link.split('>').next().unwrap().contains("data-ob-page=");
                assert_eq!(names_page, link.starts_with(ORIGIN), "a portal link can open it: {link}");
            }
        }
    }

    #[test]
    fn collapsed_widget_keeps_its_progress_for_the_element() {
        let mut view = trial().having(&[Complete("invited_team_member")]);
        view.preferences.widget_collapsed = true;
        assert_eq!(
            read(&render(&view, &config(), ORIGIN)),
            "Getting started 7 steps left See all tasks Expand"
        );
        let shown = shown(&view);
        assert!(
            shown.contains("data-ob-progress") && shown.contains(r#"data-ob-do="view/expand""#),
            "{shown}"
        );
    }

    #[test]
    fn widget_is_empty_for_members_and_after_a_dismissal() {
        assert_eq!(shown(&trial().into_member()), "");
        assert_eq!(shown(&trial().having(&[Dismiss])), "");
        let ended = trial().later(SignedDuration::from_hours(15 * 24));
        let text = read(&render(&ended, &config(), ORIGIN));
        assert!(text.ends_with("You can continue as soon as you have full access. View plans"), "{text}");
        let ended = shown(&ended);
        assert!(
            ended.contains("0 of 8") && ended.matches("data-ob-do").count() == 1,
            "no change of the checklist is offered without full access"
        );
    }
}
