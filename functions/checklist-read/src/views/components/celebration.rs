//! The note about a completed checklist. It is a celebration until an admin confirms it, and then a
//! plain note.

use maud::{Markup, html};
use ui::{Tone, Weight, link_button, note, post_button};

use super::moment;
use crate::{
    views::View,
    words::{celebration as words, label},
};

/// Path that confirms the celebration.
pub const SEEN: &str = "/onboarding/api/checklist/seen";

/// Renders the celebration, or the plain note if an admin has confirmed the celebration.
pub fn render(view: &View) -> Markup {
    let progress = view.progress();
    let ready = html! {
        @match progress.completed_at() {
            Some(at) => { (words::ready_since(&view.org.name, &moment::date(at, &view.org.zone))) }
            None => { (words::ready(&view.org.name)) }
        }
        @if progress.skipped().next().is_some() { " " (words::SKIPPED_STEPS) }
    };
    if !progress.celebrates() {
        return note(Tone::Success, "🏁", words::TITLE_AFTERWARDS, &html! { p { (ready) } });
    }
    html! {
        section class="card celebration" aria-labelledby="celebration" {
            span class="celebration-icon" aria-hidden="true" { "🎉" }
            div {
                h2 id="celebration" { (words::TITLE) }
                p { (ready) }
                div class="actions" {
                    (link_button(Weight::Primary, "/dashboard", label::GO_TO_DASHBOARD))
                    @if view.may_change() { (post_button(Weight::Quiet, SEEN, label::GOT_IT, None)) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::checklist::ChecklistCommand::{ConfirmCompletion, Skip, Unskip};

    use super::*;
    use crate::testing::{every_task, read, trial};

    #[test]
    fn celebration_lasts_until_seen_and_returns_with_a_new_task() {
        let mut commands = every_task();
        commands.pop();
        commands.push(Skip("generated_report"));
        let done = trial().having(&commands);
        for view in [done.clone(), done.clone().later(jiff::SignedDuration::from_hours(48))] {
            let page = render(&view).0;
            assert!(page.contains("all set up!") && page.contains(SEEN), "{page}");
        }
        let seen = done.having(&[ConfirmCompletion]);
        let quiet = render(&seen);
        assert!(!quiet.0.contains("all set up!") && !quiet.0.contains(SEEN), "{}", quiet.0);
        let text = read(&quiet);
        assert!(text.contains("Setup is complete Acme Corp has been ready since January 8, 2025"), "{text}");
        let again = seen
            .later(jiff::SignedDuration::from_hours(1))
            .having(&[Unskip("generated_report"), Skip("generated_report")]);
        assert!(render(&again).0.contains("all set up!"));
    }
}
