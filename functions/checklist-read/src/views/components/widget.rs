//! The onboarding widget: progress and the next task on one card.

use domain::{
    checklist::{Progress, Task},
    org::Access,
};
use maud::{Markup, html};
use ui::{Weight, icon, link_button, post_button};

use super::{celebration, progress, task};
use crate::{
    views::View,
    words::{label, progress as text, widget as words},
};

/// Renders the widget, or only its head if the user collapsed it. It is empty if the user does not
/// see it, see [`View::shows_widget`].
pub fn render(view: &View) -> Markup {
    if !view.shows_widget() {
        return html! {};
    }
    let progress = view.progress();
    html! {
        section id="widget" class="card widget" aria-labelledby="widget-title" {
            (head(view, &progress))
            @if !view.preferences.widget_collapsed {
                (progress::bar(&progress))
                @match view.next_task() {
                    Some(next) => (open(next)),
                    None if progress.is_complete() => (complete(view, &progress)),
                    None => (paused(view)),
                }
            }
        }
    }
}

/// Renders the title, the number of steps that are left, and the button that collapses the widget
/// or expands it.
fn head(view: &View, progress: &Progress<'_>) -> Markup {
    let (change, label) = toggle(view);
    let path = format!("/onboarding/api/checklist/{change}");
    html! {
        div class="widget-head" {
            div {
                h2 id="widget-title" { (label::GETTING_STARTED) }
                @if !progress.is_complete() {
                    p class="soft small number" { (text::steps_left(progress.remaining_count())) }
                }
            }
            (post_button(Weight::Quiet, &path, label, Some(words::CHECKLIST)))
        }
    }
}

/// Returns the command that collapses or expands the widget, and its label.
pub(crate) fn toggle(view: &View) -> (&'static str, &'static str) {
    if view.preferences.widget_collapsed {
        ("view/expand", words::EXPAND)
    } else {
        ("view/collapse", words::COLLAPSE)
    }
}

fn open(next: &Task) -> Markup {
    html! {
        div class="widget-next" {
            (task::icon(next))
            div {
                p class="eyebrow" { (words::NEXT) }
                h3 { (next.title) }
                p class="soft" { (next.description) }
            }
        }
        div class="actions" {
            (link_button(Weight::Primary, "/onboarding/checklist", label::CONTINUE_SETUP))
            (dismiss())
        }
    }
}

/// Renders that no task can be completed without full access. The banner beside the widget says how to
/// get it.
fn paused(view: &View) -> Markup {
    let (title, text) = paused_text(view);
    status("⏸️", title, text)
}

/// Returns the title and the text that replace the next task without full access.
pub(crate) fn paused_text(view: &View) -> (&'static str, &'static str) {
    match view.status().access() {
        Access::BillingOnly => (words::NOT_STARTED, words::NOT_STARTED_TEXT),
        Access::ReadOnly | Access::Full => (words::PAUSED, words::PAUSED_TEXT),
    }
}

/// Renders what replaces the next task, with a link to all tasks.
fn status(symbol: &'static str, title: &str, text: &str) -> Markup {
    html! {
        div class="widget-next" {
            span class="task-icon" { (icon(symbol)) }
            div {
                h3 { (title) }
                p class="soft" {
                    (text) " "
                    a href="/onboarding/checklist" {
                        (words::SEE_ALL) span class="for-ears" { (words::SEE_ALL_TASKS) }
                    }
                }
            }
        }
    }
}

fn complete(view: &View, progress: &Progress<'_>) -> Markup {
    html! {
        (status("🎉", words::COMPLETE, words::COMPLETE_TEXT))
        @if view.needs_plan() || view.may_change() {
            div class="actions" {
                @if view.needs_plan() {
                    (link_button(Weight::Secondary, &view.plans(), label::VIEW_PLANS))
                }
                @if view.may_change() {
                    @if progress.celebrates() {
                        (post_button(Weight::Secondary, celebration::SEEN, label::GOT_IT, None))
                    }
                    (dismiss())
                }
            }
        }
    }
}

fn dismiss() -> Markup {
    let path = "/onboarding/api/checklist/dismiss";
    post_button(Weight::Quiet, path, label::DISMISS, Some(words::CHECKLIST))
}

#[cfg(test)]
mod tests {
    use domain::checklist::ChecklistCommand::{Complete, ConfirmCompletion, Dismiss, Restore};
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{every_task, pending, read, trial};

    #[test]
    fn widget_shows_the_progress_and_the_next_task() {
        let text = read(&render(&trial().having(&[Complete("invited_team_member")])));
        for part in ["7 steps left", "1 of 8 done", "12%", "Create project", "Continue setup", "Dismiss"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let done = trial().having(&every_task());
        let text = read(&render(&done));
        assert!(text.ends_with("View plans Got it Dismiss"), "{text}");
        assert!(!read(&render(&done.having(&[ConfirmCompletion]))).contains("Got it"));
    }

    #[test]
    fn widget_is_empty_for_members_and_after_a_dismissal() {
        assert_eq!(render(&trial().into_member()).0, "");
        assert_eq!(render(&trial().having(&[Dismiss])).0, "");
        assert_ne!(render(&trial().having(&[Dismiss, Restore])).0, "");
    }

    #[test]
    fn widget_offers_no_change_of_the_checklist_without_full_access() {
        let ended = render(&trial().later(SignedDuration::from_hours(15 * 24)));
        assert_eq!(ended.0.matches("<form").count(), 1, "{}", ended.0);
        assert!(ended.0.contains("view/collapse"), "{}", ended.0);
        let text = read(&ended);
        assert!(!text.contains("Next") && !text.contains("Continue setup"), "{text}");
        assert!(text.contains("Setup is paused You can continue as soon as you have full access."), "{text}");
        let pending = read(&render(&pending("Acme Corp", "Jo Doe")));
        assert!(pending.contains("Setup starts with your plan"), "{pending}");
    }

    #[test]
    fn collapsed_widget_shows_the_steps_that_are_left() {
        let mut view = trial().having(&[Complete("invited_team_member")]);
        view.preferences.widget_collapsed = true;
        let shown = render(&view);
        assert_eq!(read(&shown), "Getting started 7 steps left Expand");
        assert!(shown.0.contains(r#"action="/onboarding/api/checklist/view/expand""#), "{}", shown.0);
    }

    #[test]
    fn widget_disappears_seven_days_after_the_completion() {
        let done = trial().having(&every_task());
        for (hours, shows) in [(0, true), (7 * 24 - 1, true), (7 * 24, false)] {
            let view = done.clone().later(SignedDuration::from_hours(hours));
            assert_eq!(render(&view).0.is_empty(), !shows, "after {hours} hours");
        }
    }
}
