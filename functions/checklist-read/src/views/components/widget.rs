//! The onboarding widget: progress and the next task on one card.

use maud::{Markup, html};
use ui::{Weight, link_button, post_button};

use super::{celebration, progress, task};
use crate::{
    views::View,
    words::{label, widget as words},
};

/// Renders the widget. It is empty for members, and after the checklist is dismissed.
pub fn render(view: &View) -> Markup {
    if view.admin.is_none() || view.org.checklist.dismissed_at.is_some() {
        return html! {};
    }
    let progress = view.progress();
    let dismiss = view.may_change().then(|| {
        let path = "/onboarding/api/checklist/dismiss";
        post_button(Weight::Quiet, path, label::DISMISS, Some(words::CHECKLIST))
    });
    // Without full access, the primary button of the page leads to the plans, so this button is
    // secondary.
    let weight = if view.may_change() { Weight::Primary } else { Weight::Secondary };
    html! {
        section id="widget" class="card widget" aria-labelledby="widget-title" {
            div class="widget-head" {
                h2 id="widget-title" { (label::GETTING_STARTED) }
                a class="small" href="/onboarding/checklist" {
                    (words::SEE_ALL) span class="for-ears" { (words::SEE_ALL_TASKS) }
                }
            }
            (progress::bar(&progress))
            @if let Some(next) = progress.next_task() {
                div class="widget-next" {
                    (task::icon(next))
                    div {
                        p class="eyebrow" { (words::NEXT) }
                        h3 { (next.title) }
                        p class="soft" { (next.description) }
                    }
                }
                div class="actions" {
                    (link_button(weight, "/onboarding/checklist", label::CONTINUE_SETUP))
                    @if let Some(dismiss) = dismiss { (dismiss) }
                }
            } @else {
                div class="widget-next" {
                    span class="task-icon" aria-hidden="true" { "🎉" }
                    div {
                        h3 { (words::COMPLETE) }
                        p class="soft" { (words::COMPLETE_TEXT) }
                    }
                }
                @if let Some(dismiss) = dismiss {
                    div class="actions" {
                        @if progress.celebrates() {
                            (post_button(Weight::Secondary, celebration::SEEN, label::GOT_IT, None))
                        }
                        (dismiss)
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::checklist::ChecklistCommand::{Complete, ConfirmCompletion, Dismiss, Restore};
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{every_task, read, trial};

    #[test]
    fn widget_shows_the_progress_and_the_next_task() {
        let text = read(&render(&trial().having(&[Complete("invited_team_member")])));
        for part in ["1 of 8 done", "12%", "Create project", "Continue setup", "Dismiss"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let done = trial().having(&every_task());
        let text = read(&render(&done));
        assert!(text.contains("You’re all set up There’s nothing left to set up. Got it Dismiss"), "{text}");
        assert!(!read(&render(&done.having(&[ConfirmCompletion]))).contains("Got it"));
    }

    #[test]
    fn widget_is_empty_for_members_and_after_a_dismissal() {
        assert_eq!(render(&trial().into_member()).0, "");
        assert_eq!(render(&trial().having(&[Dismiss])).0, "");
        assert_ne!(render(&trial().having(&[Dismiss, Restore])).0, "");
    }

    #[test]
    fn widget_has_no_form_without_full_access() {
        let ended = render(&trial().later(SignedDuration::from_hours(15 * 24)));
        assert!(!ended.0.contains("<form"), "{}", ended.0);
    }
}
