//! What was put aside a moment ago, and the way back.
//!
//! It follows from the checklist and the time alone, so it is there without scripts, after a reload and in another tab,
//! and to whoever else looks. After the moment the page's own ways back remain.

use domain::task::Task;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use web::ui::{Weight, post_button};

use super::task;
use crate::view::View;

/// How long the note stays: long enough to read, to doubt and to find the button.
const MOMENT: SignedDuration = SignedDuration::from_mins(2);

/// The note about the task that was skipped last.
#[must_use]
pub fn skip(view: &View) -> Markup {
    let Some(it) = last_skipped(view) else { return html! {} };
    let text = html! { "“" (it.title) "” is skipped." };
    flash(view, &text, &task::change("unskip", it), it.title)
}

/// The note about the checklist that was dismissed, where it used to be.
#[must_use]
pub fn dismissal(view: &View) -> Markup {
    match view.org.checklist.dismissed_at {
        Some(at) if is_fresh(at, view) => flash(
            view,
            &html! { "The setup checklist is put aside." },
            "/onboarding/api/checklist/restore",
            "setup checklist",
        ),
        _ => html! {},
    }
}

fn last_skipped(view: &View) -> Option<&'static Task> {
    let (steps, skipped) = (view.progress(), &view.org.checklist.skipped);
    let when = steps.skipped().filter_map(|task| Some((*skipped.get(task.key)?, task)));
    when.filter(|(at, _)| is_fresh(*at, view)).max_by_key(|(at, _)| *at).map(|(_, task)| task)
}

fn is_fresh(at: Timestamp, view: &View) -> bool {
    view.now.duration_since(at) < MOMENT
}

fn flash(view: &View, text: &Markup, undo: &str, about: &str) -> Markup {
    html! {
        @if view.may_change() {
            div id="undo" class="flash" role="status" {
                p { (text) }
                (post_button(Weight::Quiet, undo, "Undo", Some(about)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::org::ChecklistCommand::{Dismiss, Skip};

    use super::*;
    use crate::testing::{read, trial};

    #[test]
    fn a_skip_can_be_undone_for_a_moment_the_last_one_first() {
        let first = trial().having(&[Skip("created_project")]);
        let both = first.later(SignedDuration::from_secs(60)).having(&[Skip("created_client")]);
        for (seconds, title) in [(0, Some("Add client")), (119, Some("Add client")), (120, None)] {
            let text = read(&skip(&both.clone().later(SignedDuration::from_secs(seconds))));
            assert_eq!(text, title.map_or(String::new(), |title| format!("“{title}” is skipped. Undo")));
        }
        assert!(skip(&both).0.contains(r#"action="/onboarding/api/checklist/unskip/created_client""#));
    }

    #[test]
    fn a_dismissal_can_be_undone_for_a_moment_and_only_by_whom_it_may() {
        let view = trial().having(&[Dismiss]);
        assert!(dismissal(&view).0.contains(r#"action="/onboarding/api/checklist/restore""#));
        assert_eq!(dismissal(&view.clone().later(MOMENT)).0, "");
        assert_eq!(dismissal(&view.as_member()).0, "");
        assert_eq!(dismissal(&trial()).0, "");
    }
}
