//! A task of the checklist, rendered as the next task, as a row, as a line, or as a card.

use domain::checklist::{Completion, Source, Task};
use jiff::Timestamp;
use maud::{Markup, html};
use ui::{Weight, link_button, post_button, row_link, tick};

use super::moment;
use crate::{
    config::Config,
    views::View,
    words::{self, label, task as text},
};

/// Returns the path that changes a task; `what` is `complete`, `uncomplete`, `skip`, or `unskip`.
pub fn change(what: &str, task: &Task) -> String {
    format!("/onboarding/api/checklist/{what}/{}", task.key)
}

/// Renders the task's icon in its box.
pub fn icon(task: &Task) -> Markup {
    html! { span class="task-icon" { (ui::icon(task.icon)) } }
}

/// Renders the next task as the page's main card.
pub fn next(task: &Task, view: &View, config: &Config) -> Markup {
    html! {
        section id="next" class="card next" aria-labelledby="next-task" data-task=(task.key) {
            p class="eyebrow" { (text::NEXT) }
            div class="next-head" {
                (icon(task))
                div {
                    h2 id="next-task" { (task.title) }
                    p class="next-why" { (task.description) }
                    p class="task-facts" {
                        span class="badge" { (task.category.title) }
                        span { (text::about(task.minutes)) }
                    }
                }
            }
            p class="how-to" { (task.how_to) }
            div class="actions" {
                (open_button(Weight::Primary, task, view, config))
                @if !task.has_evidence() { (complete_button(task)) }
                (skip_button(task))
                (guide_link(task))
            }
        }
    }
}

/// Renders the link to the task's place in the guide.
fn guide_link(task: &Task) -> Markup {
    row_link(&format!("/onboarding/guide#{}", task.key), text::GUIDE, task.title)
}

fn open_button(weight: Weight, task: &Task, view: &View, config: &Config) -> Markup {
    link_button(weight, &view.link(task, config), &words::onward(task.action.label))
}

fn complete_button(task: &Task) -> Markup {
    post_button(Weight::Quiet, &change("complete", task), label::MARK_AS_DONE, Some(task.title))
}

fn skip_button(task: &Task) -> Markup {
    post_button(Weight::Quiet, &change("skip", task), label::SKIP, Some(task.title))
}

/// Renders an open task as a row with details that open on a click. If no event shows that the task
/// is done, the row also has a check mark that completes it.
pub fn open(task: &Task, view: &View, config: &Config) -> Markup {
    html! {
        li class="task" data-task=(task.key) {
            @if view.may_change() && !task.has_evidence() {
                form class="post" method="post" action=(change("complete", task)) {
                    button class="check" type="submit" aria-label=(text::mark_as_done(task.title)) { (tick()) }
                }
            }
            details name="tasks" {
                summary {
                    span class="task-glyph" { (ui::icon(task.icon)) }
                    h3 { (task.title) }
                    span class="task-time" {
                        span class="for-ears" { (text::ABOUT) } (text::duration(task.minutes))
                    }
                }
                div class="task-more" {
                    p { (task.description) }
                    p class="soft" { (task.how_to) }
                    div class="actions" {
                        @if view.may_change() {
                            (open_button(Weight::Secondary, task, view, config))
                            (skip_button(task))
                        }
                        (guide_link(task))
                    }
                }
            }
        }
    }
}

/// Renders a task that was just completed, as a row in the place where it was open. The style sheet
/// hides the row after a moment.
pub fn just_done(task: &Task) -> Markup {
    html! {
        li class="task task-just-done" {
            (tick())
            p { (task.title) span class="for-ears" { (text::DONE) } }
        }
    }
}

/// Renders a task as a line that says what its email waits for.
pub fn waiting(task: &Task) -> Markup {
    html! {
        li class="line" {
            span class="task-glyph" { (ui::icon("⏳")) }
            div class="line-text" {
                p { (task.title) }
                p class="line-by" { (text::WAITS_FOR_VERIFICATION) }
            }
        }
    }
}

/// Renders a skipped task as a line with a button that restores it.
pub fn skipped(task: &Task, view: &View) -> Markup {
    html! {
        li class="line" data-task=(task.key) {
            span class="task-glyph" { (ui::icon(task.icon)) }
            div class="line-text" {
                p { (task.title) span class="for-ears" { (text::SKIPPED) } }
                @if view.may_change() {
                    (post_button(Weight::Quiet, &change("unskip", task), text::RESTORE, Some(task.title)))
                }
            }
        }
    }
}

/// Renders a completed task as a line with its title, who completed it, and when. The checklist
/// also shows the creation of the account as such a line.
///
/// The line has a button that undoes the completion of the task `undo`.
pub fn done(title: &str, by: Option<&str>, at: Timestamp, view: &View, undo: Option<&Task>) -> Markup {
    html! {
        li class="line" {
            (tick())
            div class="line-text" {
                p { (title) span class="for-ears" { (text::DONE) } }
                p class="line-by" {
                    @if let Some(by) = by { (by) ", " }
                    (moment::past(at, view.now, &view.org.zone))
                }
                @if let Some(task) = undo.filter(|_| view.may_change()) {
                    (post_button(Weight::Quiet, &change("uncomplete", task), text::UNDO, Some(task.title)))
                }
            }
        }
    }
}

/// Returns the name of the person who completed a task. If no name is stored, returns a text about
/// what completed the task. Returns `None` if an admin completed the task by hand and no name is
/// stored.
pub fn done_by(completion: &Completion) -> Option<&str> {
    completion.by.as_deref().or(match completion.source {
        Source::Manual => None,
        Source::Event => Some(text::COMPLETED_BY_EVENT),
        Source::Billing => Some(text::COMPLETED_BY_PAYMENT),
        Source::Invitation => Some(text::COMPLETED_BY_INVITATION),
    })
}

/// Renders a task as a card that links to the page where the user does the task.
pub fn card(task: &Task, view: &View, config: &Config) -> Markup {
    html! {
        li {
            a class="quick" href=(view.link(task, config)) {
                (icon(task))
                h3 { (task.title) }
                span class="soft" { (task.description) }
                span class="quick-go" { (words::onward(task.action.label)) }
            }
        }
    }
}
