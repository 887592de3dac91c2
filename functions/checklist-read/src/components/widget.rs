//! The onboarding widget: where setup stands and what comes next, on one card.

use maud::{Markup, html};
use web::ui::{Weight, link_button, post_button};

use super::{celebration, progress, task};
use crate::view::View;

/// The widget; nothing for members, and nothing once the checklist is put aside.
#[must_use]
pub fn render(view: &View) -> Markup {
    if view.admin.is_none() || view.org.checklist.dismissed_at.is_some() {
        return html! {};
    }
    let steps = view.progress();
    let dismiss = view.may_change().then(|| {
        post_button(Weight::Quiet, "/onboarding/api/checklist/dismiss", "Dismiss", Some("setup checklist"))
    });
    // Where nothing can be done before there is a plan, the plan is what the page asks for.
    let weight = if view.may_change() { Weight::Primary } else { Weight::Secondary };
    html! {
        section id="widget" class="card widget" aria-labelledby="widget-title" {
            div class="widget-head" {
                h2 id="widget-title" { "Getting started" }
                a class="small" href="/onboarding/checklist" { "See all" span class="for-ears" { " tasks" } }
            }
            (progress::bar(&steps))
            @if let Some(next) = steps.next_task() {
                div class="widget-next" {
                    (task::icon(next))
                    div {
                        p class="eyebrow" { "Next" }
                        h3 { (next.title) }
                        p class="soft" { (next.description) }
                    }
                }
                div class="actions" {
                    (link_button(weight, "/onboarding/checklist", "Continue setup"))
                    @if let Some(dismiss) = dismiss { (dismiss) }
                }
            } @else {
                div class="widget-next" {
                    span class="task-icon" aria-hidden="true" { "🎉" }
                    div {
                        h3 { "You’re all set up" }
                        p class="soft" { "Nothing is left to do here." }
                    }
                }
                @if let Some(dismiss) = dismiss {
                    div class="actions" {
                        @if steps.celebrates() { (post_button(Weight::Secondary, celebration::SEEN, "Got it", None)) }
                        (dismiss)
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::org::ChecklistCommand::{Complete, Dismiss, Restore, See};
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{every_task, read, trial};

    #[test]
    fn it_says_how_far_and_what_next() {
        let text = read(&render(&trial().having(&[Complete("invited_team_member")])));
        for words in ["1 of 8 done", "12%", "Create project", "Continue setup", "Dismiss"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let done = trial().having(&every_task());
        assert!(
            read(&render(&done)).contains("You’re all set up Nothing is left to do here. Got it Dismiss")
        );
        assert!(!read(&render(&done.having(&[See]))).contains("Got it"));
    }

    #[test]
    fn members_and_those_who_put_it_aside_see_nothing() {
        assert_eq!(render(&trial().as_member()).0, "");
        assert_eq!(render(&trial().having(&[Dismiss])).0, "");
        assert_ne!(render(&trial().having(&[Dismiss, Restore])).0, "");
    }

    #[test]
    fn without_full_access_nothing_can_be_sent() {
        let ended = render(&trial().later(SignedDuration::from_hours(15 * 24)));
        assert!(!ended.0.contains("<form"), "{}", ended.0);
    }
}
