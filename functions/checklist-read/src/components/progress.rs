//! The progress bar.

use domain::progress::Progress;
use maud::{Markup, html};

/// How far the checklist is, in words and as a bar.
#[must_use]
pub fn bar(progress: &Progress<'_>) -> Markup {
    let (done, all, percentage) = (progress.completed_count(), progress.total_count(), progress.percentage());
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
