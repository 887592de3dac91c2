//! The note with "Undo" after a task was marked as done or skipped, and after a dismissal.
//!
//! The note depends only on the checklist and the time. So it works without scripts, after a
//! reload, in another tab, and for the organization's other admins. It disappears with the next
//! change, and after ten seconds. After that, the page's own buttons still restore the task or the
//! checklist.

use domain::checklist::{Completion, Source, Task, UNDO_PERIOD};
use jiff::Timestamp;
use maud::{Markup, html};
use ui::{Weight, post_button};

use super::task;
use crate::{views::View, words::undo as words};

/// Renders the note about the last change, if an admin marked a task as done or skipped it. It is
/// empty after [`UNDO_PERIOD`].
pub fn task_change(view: &View) -> Markup {
    let Some(at) = view.updated_at().filter(|at| is_recent(*at, view)) else { return html! {} };
    let (progress, list) = (view.progress(), &view.org.checklist);
    let marked =
        |(_, completion): &(&Task, &Completion)| completion.at == at && completion.source == Source::Manual;
    if let Some(task) = progress.skipped().find(|task| list.skipped.get(task.key) == Some(&at)) {
        return flash(view, &words::skipped(task.title), &task::change("unskip", task), task.title);
    }
    match progress.done().find(marked) {
        Some((task, _)) => {
            flash(view, &words::done(task.title), &task::change("uncomplete", task), task.title)
        }
        None => html! {},
    }
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
    use domain::checklist::ChecklistCommand::{Complete, Dismiss, Skip, Uncomplete};
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{read, trial};

    #[test]
    fn last_skip_can_be_undone_for_ten_seconds() {
        let first = trial().having(&[Skip("created_project")]);
        let both = first.later(SignedDuration::from_secs(60)).having(&[Skip("created_client")]);
        for (seconds, title) in [(0, Some("Add client")), (9, Some("Add client")), (10, None)] {
            let text = read(&task_change(&both.clone().later(SignedDuration::from_secs(seconds))));
            assert_eq!(text, title.map_or(String::new(), |title| format!("“{title}” was skipped. Undo")));
        }
        assert!(task_change(&both).0.contains(r#"action="/onboarding/api/checklist/unskip/created_client""#));
    }

    #[test]
    fn completion_by_hand_can_be_undone_until_the_next_change() {
        let marked = trial().having(&[Complete("created_project")]);
        let note = task_change(&marked);
        assert_eq!(read(&note), "“Create project” is done. Undo");
        assert!(
            note.0.contains(r#"action="/onboarding/api/checklist/uncomplete/created_project""#),
            "{}",
            note.0
        );
        let later = marked.clone().later(SignedDuration::from_secs(1));
        assert_eq!(task_change(&later.having(&[Uncomplete("created_project")])).0, "");
        let mut reported = marked.later(SignedDuration::from_secs(1));
        reported.org.complete_from_host("client.created", None, reported.now, reported.now);
        assert_eq!(task_change(&reported).0, "", "an event of the host app is not undone");
    }

    #[test]
    fn dismissal_can_be_undone_for_ten_seconds_by_admins() {
        let view = trial().having(&[Dismiss]);
        assert!(dismissal(&view).0.contains(r#"action="/onboarding/api/checklist/restore""#));
        assert_eq!(dismissal(&view.clone().later(UNDO_PERIOD)).0, "");
        assert_eq!(dismissal(&view.into_member()).0, "");
        assert_eq!(dismissal(&trial()).0, "");
    }
}
