//! The note about a completed checklist. It is a celebration until an admin confirms it, and then a
//! plain note. Both lead to the next step.

use domain::checklist::UNDO_PERIOD;
use maud::{Markup, html};
use ui::{Tone, Weight, link_button, note, post_button};

use super::{host_app, moment};
use crate::{
    config::Config,
    views::View,
    words::{self as texts, celebration as words, label},
};

/// Path that confirms the celebration.
pub const SEEN: &str = "/onboarding/api/checklist/seen";

/// Renders the celebration, or the plain note if an admin has confirmed the celebration.
pub fn render(view: &View, config: &Config) -> Markup {
    let progress = view.progress();
    let ready = html! {
        @match progress.completed_at() {
            Some(at) => { (words::ready_since(&view.org.name, &moment::date(at, &view.org.zone))) }
            None => { (words::ready(&view.org.name)) }
        }
        @if progress.skipped().next().is_some() { " " (words::SKIPPED_STEPS) }
    };
    if !progress.celebrates() {
        let text = html! { p { (ready) } div class="actions" { (next_steps(view, config)) } };
        return note(Tone::Success, "🏁", words::TITLE_AFTERWARDS, &text);
    }
    // Only the first pages after the completion show the drawing in motion.
    let is_new = progress.completed_at().is_some_and(|at| view.now.duration_since(at) < UNDO_PERIOD);
    html! {
        section class={ "card celebration" @if is_new { " celebration-new" } } aria-labelledby="celebration" {
            (ui::celebration())
            div {
                h2 id="celebration" { (words::TITLE) }
                p { (ready) }
                div class="actions" {
                    (next_steps(view, config))
                    @if view.may_change() { (post_button(Weight::Quiet, SEEN, label::GOT_IT, None)) }
                }
            }
        }
    }
}

/// Renders the buttons that follow a completed checklist: to the host app or the dashboard, and
/// during a trial without a plan, to the plans.
fn next_steps(view: &View, config: &Config) -> Markup {
    let label = match &config.app_url {
        Some(_) => texts::dashboard::open(&config.product),
        None => label::GO_TO_DASHBOARD.to_owned(),
    };
    html! {
        (host_app::button(Weight::Primary, &label, config))
        @if view.needs_plan() { (link_button(Weight::Secondary, &view.plans(), label::VIEW_PLANS)) }
    }
}

#[cfg(test)]
mod tests {
    use domain::checklist::ChecklistCommand::{ConfirmCompletion, Skip, Unskip};
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{config, every_task, read, trial};

    #[test]
    fn celebration_lasts_until_seen_and_returns_with_a_new_task() {
        let mut commands = every_task();
        commands.pop();
        commands.push(Skip("generated_report"));
        let done = trial().having(&commands);
        for (view, moves) in
            [(done.clone(), true), (done.clone().later(SignedDuration::from_hours(48)), false)]
        {
            let page = render(&view, &config()).0;
            assert!(page.contains("all set up!") && page.contains(SEEN), "{page}");
            assert_eq!(page.contains("celebration-new"), moves, "{page}");
        }
        let seen = done.having(&[ConfirmCompletion]);
        let quiet = render(&seen, &config());
        assert!(!quiet.0.contains("all set up!") && !quiet.0.contains(SEEN), "{}", quiet.0);
        let text = read(&quiet);
        assert!(text.contains("Setup is complete Acme Corp has been ready since January 8, 2025"), "{text}");
        let again = seen
            .later(SignedDuration::from_hours(1))
            .having(&[Unskip("generated_report"), Skip("generated_report")]);
        assert!(render(&again, &config()).0.contains("all set up!"));
    }

    #[test]
    fn celebration_leads_to_the_product_and_to_the_plans() {
        let done = trial().having(&every_task());
        let text = read(&render(&done, &config()));
        assert!(text.ends_with("Go to dashboard View plans Got it"), "{text}");
        let hosted = Config { app_url: "https://app.example.com".parse().ok(), ..config() };
        let text = read(&render(&done.having(&[ConfirmCompletion]), &hosted));
        assert!(text.ends_with("Open TimeTracker View plans"), "{text}");
    }
}
