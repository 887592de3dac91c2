//! The progress bar of a checklist.

use domain::checklist::Progress;
use maud::{Markup, html};

use crate::words;

/// Renders the progress as text and as a bar. Completed and skipped tasks count, so the bar is full
/// exactly if nothing is left to do.
pub fn bar(progress: &Progress<'_>) -> Markup {
    let (total, percentage) = (progress.total_count(), progress.settled_percentage());
    html! {
        div class="progress" {
            p class="progress-line" {
                span class="progress-count" { (count(progress)) }
                span class="soft" { (percentage) "%" }
            }
            progress aria-label=(words::progress::LABEL) max=(total) value=(progress.settled_count()) { (percentage) "%" }
        }
    }
}

/// Returns the number of completed and skipped tasks in words.
pub fn count(progress: &Progress<'_>) -> String {
    words::progress::count(progress.completed_count(), progress.skipped().count(), progress.total_count())
}

#[cfg(test)]
mod tests {
    use domain::checklist::ChecklistCommand::Skip;

    use super::*;
    use crate::testing::{every_task, read, trial};

    #[test]
    fn bar_counts_skipped_tasks_and_is_full_when_complete() {
        let mut commands = every_task();
        commands.pop();
        commands.push(Skip("generated_report"));
        for (commands, text, value) in [
            (&[][..], "0 of 8 done 0% 0%", 0),
            (&[Skip("generated_report")], "0 of 8 done, 1 skipped 12% 12%", 1),
            (&every_task(), "8 of 8 done 100% 100%", 8),
            (&commands, "7 done, 1 skipped 100% 100%", 8),
        ] {
            let view = trial().having(commands);
            let shown = bar(&view.progress());
            assert_eq!(read(&shown), text);
            assert!(shown.0.contains(&format!(r#"max="8" value="{value}""#)), "{}", shown.0);
        }
    }
}
