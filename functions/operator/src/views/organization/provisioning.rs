//! Section with the steps of the host app that make the organization ready.

use domain::{
    org::Org,
    provisioning::{Run, RunEnd, Step, StepState},
};
use jiff::Timestamp;
use maud::{Markup, html};
use ui::moment;

use super::FormName;
use crate::{
    views::action_form::{ActionForm, Rejected},
    words::{organization::status, provisioning as text},
};

/// Renders the steps with the actions on them. Empty without steps. A rejected form is open and shows
/// its errors.
pub fn render<'a>(org: &Org, rejected: impl Fn(FormName) -> Option<Rejected<'a>>, now: Timestamp) -> Markup {
    let Some(run) = &org.run else { return html! {} };
    html! {
        section class="stack" aria-labelledby="setup" {
            h2 id="setup" class="section-head" { (text::TITLE) }
            @match &run.end {
                Some(RunEnd::Failed { why, .. }) => p { (text::failure(why)) },
                Some(RunEnd::Ready { .. }) => p class="soft" { (text::READY) },
                None => { @if run.is_held { p class="soft" { (text::HELD) } } }
            }
            ul class="rows" { @for it in &run.steps { (step(it, org, now)) } }
            @for taken in &run.actions {
                p class="soft small" {
                    (moment::past(taken.record.at, now, &org.zone)) " "
                    (text::action(taken.record.name.as_str(), &taken.action, &taken.record.reason.to_string()))
                }
            }
            (actions(org, run, rejected))
        }
    }
}

fn step(step: &Step, org: &Org, now: Timestamp) -> Markup {
    html! {
        li class="row" {
            div class="row-text" {
                h3 { (step.definition.title) }
                p class="soft small" {
                    code { (step.definition.key) } " "
                    (text::state(&status(step.state_name()), step.attempts))
                    @if let Some(at) = step.began_at { ", " (moment::past(at, now, &org.zone)) }
                }
                @if let StepState::Done { skipped: Some(reason), .. } = &step.state {
                    p class="soft small" { (text::SKIPPED) ": " (reason) }
                }
                @if let Some(cause) = step.last_error.as_ref().filter(|_| !step.is_done()) {
                    p class="soft small" { (text::cause(cause)) }
                }
            }
        }
    }
}

/// Renders the actions that are possible, each in a form with a required reason.
fn actions<'a>(org: &Org, run: &Run, rejected: impl Fn(FormName) -> Option<Rejected<'a>>) -> Markup {
    let Some(open) = run.steps.iter().find(|step| !step.is_done()) else { return html! {} };
    let key = open.definition.key.to_string();
    let form = |name: FormName, hint, submit, hidden| {
        let (id, action) = (name.id(), name.action(org.id));
        let form = ActionForm { id, action: &action, asks: None, hidden, submit, rejected: rejected(name) };
        form.folded(submit, hint)
    };
    html! {
        (form(FormName::RetryStep, text::RETRY_HINT, text::RETRY, None))
        (form(FormName::SkipStep, text::SKIP_HINT, text::SKIP, Some(("step", &key))))
        @if run.end.is_none() { (form(FormName::FailRun, text::FAIL_HINT, text::FAIL, None)) }
    }
}
