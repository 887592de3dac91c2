//! The progress bar of a checklist.

use domain::checklist::Progress;
use maud::{Markup, html};

use crate::words;

/// Renders the progress as text and as a bar.
pub fn bar(progress: &Progress<'_>) -> Markup {
    let (done, total, percentage) =
        (progress.completed_count(), progress.total_count(), progress.percentage());
    html! {
        div class="progress" {
            p class="progress-line" {
                span class="progress-count" { (words::done_of(done, total)) }
                span class="soft" { (percentage) "%" }
            }
            progress aria-label=(words::progress::LABEL) max=(total) value=(done) { (percentage) "%" }
        }
    }
}
