//! Everything is done: celebrated until an admin has taken note of it, and a quiet fact from then on.

use maud::{Markup, html};
use web::ui::{Tone, Weight, link_button, note, post_button};

use super::moment;
use crate::view::View;

/// Takes note of it.
pub const SEEN: &str = "/onboarding/api/checklist/seen";

/// The celebration, or what stays of it.
#[must_use]
pub fn render(view: &View) -> Markup {
    let steps = view.progress();
    let since = steps.completed_at().map(|at| moment::date(at, &view.org.zone));
    let ready = html! {
        (view.org.name) " is ready for work"
        @if let Some(since) = since { ", since " (since) }
        "."
        @if steps.skipped().next().is_some() { " What you skipped stays here, should you want it." }
    };
    if !steps.celebrates() {
        return note(Tone::Success, "🏁", "Setup is complete", &html! { p { (ready) } });
    }
    html! {
        section class="card celebration" aria-labelledby="celebration" {
            span class="celebration-icon" aria-hidden="true" { "🎉" }
            div {
                h2 id="celebration" { "You’re all set up!" }
                p { (ready) }
                div class="actions" {
                    (link_button(Weight::Primary, "/dashboard", "Go to the dashboard"))
                    @if view.may_change() { (post_button(Weight::Quiet, SEEN, "Got it", None)) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::org::ChecklistCommand::{See, Skip, Unskip};

    use super::*;
    use crate::testing::{every_task, read, trial};

    #[test]
    fn it_is_celebrated_until_seen_and_again_when_there_was_more_to_do() {
        let mut commands = every_task();
        commands.pop();
        commands.push(Skip("generated_report"));
        let done = trial().having(&commands);
        for view in [done.clone(), done.clone().later(jiff::SignedDuration::from_hours(48))] {
            let page = render(&view).0;
            assert!(page.contains("all set up!") && page.contains(SEEN), "{page}");
        }
        let seen = done.having(&[See]);
        let quiet = render(&seen);
        assert!(!quiet.0.contains("all set up!") && !quiet.0.contains(SEEN), "{}", quiet.0);
        assert!(
            read(&quiet).contains("Setup is complete Acme Corp is ready for work, since"),
            "{}",
            read(&quiet)
        );
        let again = seen
            .later(jiff::SignedDuration::from_hours(1))
            .having(&[Unskip("generated_report"), Skip("generated_report")]);
        assert!(render(&again).0.contains("all set up!"));
    }
}
