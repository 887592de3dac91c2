//! The progress bar.

use domain::{checklist::Checklist, task::TASKS};
use maud::{Markup, html};

/// How far the checklist is, in words and as a bar.
#[must_use]
pub fn bar(checklist: &Checklist) -> Markup {
    let (done, all, percentage) = (checklist.completed_count(), TASKS.len(), checklist.percentage());
    html! {
        div class="progress" {
            p class="progress-line" {
                span class="progress-count" { (done) " of " (all) " done" }
                span class="soft" { (percentage) "%" }
            }
            progress aria-label="Setup progress" max=(all) value=(done) { (percentage) "%" }
        }
    }
}
