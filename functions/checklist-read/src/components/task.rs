//! A task of the checklist, in its different dresses.

use domain::{
    checklist::{Completion, Source},
    task::Task,
};
use jiff::Timestamp;
use maud::{Markup, html};
use web::ui::{Weight, link_button, post_button, tick};

use super::moment;
use crate::{config::Config, view::View};

/// The path of a change to the checklist: `complete`, `skip` or `unskip`.
#[must_use]
pub fn change(what: &str, task: &Task) -> String {
    format!("/onboarding/api/checklist/{what}/{}", task.key)
}

/// The icon in its box.
#[must_use]
pub fn icon(task: &Task) -> Markup {
    html! { span class="task-icon" aria-hidden="true" { (task.icon) } }
}

/// The task to do next: the page's hero.
#[must_use]
pub fn next(task: &Task, view: &View, config: &Config) -> Markup {
    html! {
        section id="next" class="card next" aria-labelledby="next-task" data-task=(task.key) {
            p class="eyebrow" { "Next task" }
            div class="next-head" {
                (icon(task))
                div {
                    h2 id="next-task" { (task.title) }
                    p class="next-why" { (task.description) }
                    p class="task-facts" {
                        span class="badge" { (task.category.title) }
                        span { "about " (task.minutes) " min" }
                    }
                }
            }
            p class="how-to" { (task.how_to) }
            @if view.may_change() {
                div class="actions" {
                    (link_button(Weight::Primary, &view.link(task, config), &format!("{} →", task.action.label)))
                    (post_button(Weight::Quiet, &change("complete", task), "Mark as done", Some(task.title)))
                    (skip(task))
                }
            }
        }
    }
}

fn skip(task: &Task) -> Markup {
    post_button(Weight::Quiet, &change("skip", task), "Skip", Some(task.title))
}

/// A task that is still to do: a circle that ticks it, and a line that opens to why, how and where.
#[must_use]
pub fn open(task: &Task, view: &View, config: &Config) -> Markup {
    html! {
        li class="task" data-task=(task.key) {
            @if view.may_change() {
                form class="post" method="post" action=(change("complete", task)) {
                    button class="check" type="submit" aria-label={ "Mark as done: " (task.title) } { (tick()) }
                }
            }
            details name="tasks" {
                summary {
                    span class="task-glyph" aria-hidden="true" { (task.icon) }
                    h3 { (task.title) }
                    span class="task-time" { span class="for-ears" { "about " } (task.minutes) " min" }
                }
                div class="task-more" {
                    p { (task.description) }
                    p class="soft" { (task.how_to) }
                    @if view.may_change() {
                        div class="actions" {
                            (link_button(Weight::Secondary, &view.link(task, config), &format!("{} →", task.action.label)))
                            (skip(task))
                        }
                    }
                }
            }
        }
    }
}

/// A task that was put aside.
#[must_use]
pub fn skipped(task: &Task, view: &View) -> Markup {
    html! {
        li class="line" data-task=(task.key) {
            span class="task-glyph" aria-hidden="true" { (task.icon) }
            div class="line-text" {
                p { (task.title) span class="for-ears" { ", skipped" } }
                @if view.may_change() {
                    (post_button(Weight::Quiet, &change("unskip", task), "Bring back", Some(task.title)))
                }
            }
        }
    }
}

/// Something that is done, on a line: what, by whom, when.
#[must_use]
pub fn done(title: &str, by: Option<&str>, at: Timestamp, view: &View) -> Markup {
    html! {
        li class="line" {
            (tick())
            div class="line-text" {
                p { (title) span class="for-ears" { ", done" } }
                p class="line-by" {
                    @if let Some(by) = by { (by) ", " }
                    (moment::past(at, view.now, &view.org.zone))
                }
            }
        }
    }
}

/// Who did it; where no person is known, how we learnt of it.
#[must_use]
pub fn done_by(tick: &Completion) -> Option<&str> {
    tick.by.as_deref().or(match tick.source {
        Source::Manual => None,
        Source::Event => Some("Noticed at work"),
        Source::Billing => Some("With your payment"),
        Source::Invitation => Some("With your invitation"),
    })
}

/// A task as a card that leads to where it is done.
#[must_use]
pub fn card(task: &Task, view: &View, config: &Config) -> Markup {
    html! {
        li {
            a class="quick" href=(view.link(task, config)) {
                (icon(task))
                h3 { (task.title) }
                span class="soft" { (task.description) }
                span class="quick-go" { (task.action.label) " →" }
            }
        }
    }
}
