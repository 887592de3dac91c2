//! The note with "Undo" after a skip or a dismissal.
//!
//! The note depends only on the checklist and the time. So it works without scripts, after a
//! reload, in another tab, and for the organization's other admins. After the note disappears, the
//! page's own buttons still restore the task or the checklist.

use domain::checklist::{Task, UNDO_PERIOD};
use jiff::Timestamp;
use maud::{Markup, html};
use ui::{Weight, post_button};

use super::task;
use crate::{views::View, words::undo as words};

/// Renders the note about the task that was skipped last. It is empty if no task was skipped within
/// [`UNDO_PERIOD`].
pub fn skip(view: &View) -> Markup {
    let Some(task) = last_skipped(view) else { return html! {} };
    flash(view, &words::skipped(task.title), &task::change("unskip", task), task.title)
}

/// Renders the note about the dismissed checklist, which appears instead of the widget. It is empty
/// if the checklist was not dismissed within [`UNDO_PERIOD`].
pub fn dismissal(view: &View) -> Markup {
    match view.org.checklist.dismissed_at {
        Some(at) if is_recent(at, view) => {
            flash(view, words::DISMISSED, "/onboarding/api/checklist/restore", words::CHECKLIST)
        }
        _ => html! {},
    }
}

fn last_skipped(view: &View) -> Option<&'static Task> {
    let (progress, skipped) = (view.progress(), &view.org.checklist.skipped);
    let skips = progress.skipped().filter_map(|task| Some((*skipped.get(task.key)?, task)));
    skips.filter(|(at, _)| is_recent(*at, view)).max_by_key(|(at, _)| *at).map(|(_, task)| task)
}

fn is_recent(at: Timestamp, view: &View) -> bool {
    view.now.duration_since(at) < UNDO_PERIOD
}

fn flash(view: &View, text: &str, undo: &str, about: &str) -> Markup {
    html! {
        @if view.may_change() {
            div id="undo" class="flash" role="status" {
                p { (text) }
                (post_button(Weight::Quiet, undo, words::UNDO, Some(about)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::checklist::ChecklistCommand::{Dismiss, Skip};
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{read, trial};

    #[test]
    fn last_skip_can_be_undone_for_two_minutes() {
        let first = trial().having(&[Skip("created_project")]);
        let both = first.later(SignedDuration::from_secs(60)).having(&[Skip("created_client")]);
        for (seconds, title) in [(0, Some("Add client")), (119, Some("Add client")), (120, None)] {
            let text = read(&skip(&both.clone().later(SignedDuration::from_secs(seconds))));
            assert_eq!(text, title.map_or(String::new(), |title| format!("“{title}” was skipped. Undo")));
        }
        assert!(skip(&both).0.contains(r#"action="/onboarding/api/checklist/unskip/created_client""#));
    }

    #[test]
    fn dismissal_can_be_undone_for_two_minutes_by_admins() {
        let view = trial().having(&[Dismiss]);
        assert!(dismissal(&view).0.contains(r#"action="/onboarding/api/checklist/restore""#));
        assert_eq!(dismissal(&view.clone().later(UNDO_PERIOD)).0, "");
        assert_eq!(dismissal(&view.into_member()).0, "");
        assert_eq!(dismissal(&trial()).0, "");
    }
}
