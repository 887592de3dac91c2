//! How far the steps of the host app are that make the organization ready.

use domain::{
    org::{Access, ProvisioningState},
    provisioning::Run,
};
use jiff::SignedDuration;
use maud::{Markup, html};

use crate::{config::Config, views::View, words::setup as words};

/// Time for which pages celebrate that the organization is ready.
const CELEBRATION: SignedDuration = SignedDuration::from_hours(1);
/// Time for which the drawing of the celebration moves.
const MOTION: SignedDuration = SignedDuration::from_mins(1);

/// The steps of the host app, while they are under way or after one failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SetupState<'a> {
    run: &'a Run,
    failed: bool,
}

impl<'a> SetupState<'a> {
    /// Returns `None` if the organization is ready, or not provisioned.
    pub(crate) fn of(view: &'a View) -> Option<Self> {
        let run = view.org.run.as_ref()?;
        match view.org.provisioning_state() {
            ProvisioningState::Running => Some(Self { run, failed: false }),
            ProvisioningState::Failed => Some(Self { run, failed: true }),
            ProvisioningState::None | ProvisioningState::Ready => None,
        }
    }

    /// Returns for example "Setting up… 2 of 3".
    pub(crate) fn title(self) -> String {
        if self.failed {
            return words::FAILED.to_owned();
        }
        if self.run.is_held {
            return words::WAITS.to_owned();
        }
        words::running(self.run.done_count() + 1, self.run.steps.len())
    }

    /// Returns what happens now and next.
    pub(crate) fn text(self, view: &View) -> String {
        let first = match self.run.current() {
            _ if self.failed => words::FAILED_TEXT.to_owned(),
            _ if self.run.is_held => words::HELD.to_owned(),
            Some(step) => words::step(&step.definition.title),
            None => String::new(),
        };
        match view.org.awaits_trial(view.now) {
            true => format!("{first} {}", words::TRIAL_WAITS),
            false => first,
        }
    }

    /// Returns whether a step failed, or an operator gave up.
    pub(crate) const fn has_failed(self) -> bool {
        self.failed
    }
}

/// Renders the progress, which screen readers announce when it changes. Empty if the organization is
/// ready, or not provisioned.
pub fn progress(view: &View) -> Markup {
    let Some(setup) = SetupState::of(view) else { return html! {} };
    let (done, total) = (setup.run.done_count(), setup.run.steps.len());
    html! {
        div class="progress" {
            div role="status" {
                p class="progress-count" { (setup.title()) }
                p class="soft" { (setup.text(view)) }
            }
            @if !setup.failed {
                progress aria-label=(words::LABEL) max=(total) value=(done) { (done) " / " (total) }
            }
        }
    }
}

/// Renders the celebration of an organization that the host app's steps have just made ready. Empty
/// without steps and without full access.
pub fn celebration(view: &View, config: &Config) -> Markup {
    let ready_at = view.org.run.as_ref().and_then(Run::ready_at);
    let age = ready_at.map(|at| view.now.duration_since(at));
    let Some(age) = age.filter(|age| *age < CELEBRATION && view.status().access() == Access::Full) else {
        return html! {};
    };
    html! {
        section class={ "card celebration" @if age < MOTION { " celebration-new" } } aria-labelledby="ready" {
            (ui::celebration())
            div {
                h2 id="ready" { (words::ready(&view.org.name)) }
                p { (words::ready_text(&config.product)) }
            }
        }
    }
}

/// Returns the state of the steps for the script that keeps the page up to date, such as `running 1`.
pub fn marker(view: &View) -> String {
    let done = view.org.run.as_ref().map_or(0, Run::done_count);
    format!("{} {done}", view.org.provisioning_state().as_str())
}

#[cfg(test)]
mod tests {
    use domain::{billing::SubscriptionStatus, people::Reason};

    use super::*;
    use crate::testing::{config, read, setting_up, subscribed, trial};
    use crate::views::{components::banner, pages};

    fn ready() -> View {
        setting_up(2)
    }

    #[test]
    fn pages_follow_the_steps_until_the_organization_is_ready() {
        for (view, shown, hidden) in [
            (setting_up(0), "Setting up… 1 of 2 Setting up your workspace.", "Acme Corp is ready"),
            (setting_up(1), "Setting up… 2 of 2 Importing your data.", "Acme Corp is ready"),
            (setting_up(0), "Your trial starts when everything is ready", "ends on"),
            (ready(), "Acme Corp is ready", "Setting up…"),
            (ready().later(CELEBRATION), "14 days left", "is waiting for you"),
            (trial(), "14 days left", "Setting up…"),
        ] {
            let pages =
                [pages::dashboard::render(&view, &config()), pages::welcome::render(&view, &config())];
            for page in pages {
                let text = read(&page);
                assert!(text.contains(shown), "{shown}: {text}");
                assert!(!text.contains(hidden), "{hidden}: {text}");
            }
        }
    }

    #[test]
    fn failure_says_that_the_team_knows_and_that_nothing_is_lost() {
        let mut view = setting_up(1);
        let reason = Reason::parse("The host app rejected it").unwrap();
        view.org.change_run(view.now, |run| run.give_up(reason, view.now));
        let text = read(&banner::render(&view));
        assert!(text.contains("has been notified") && text.contains("Nothing is lost"), "{text}");
        assert!(!text.contains("rejected"), "{text}");
        assert!(marker(&view).starts_with("failed"), "{}", marker(&view));
    }

    #[test]
    fn open_payment_takes_precedence_over_setup() {
        let mut view = setting_up(0);
        view.org.billing = subscribed(SubscriptionStatus::PastDue).org.billing;
        assert!(read(&banner::render(&view)).contains("payment"), "{}", read(&banner::render(&view)));
    }
}
