//! The first page after sign-up.

use domain::{
    checklist::{MAX_SUGGESTED_TASKS, Task},
    org::Status,
};
use maud::{Markup, html};
use ui::{Weight, Width, link_button};

use crate::{
    config::Config,
    views::View,
    views::components::{host_app, moment, progress, status_badge::StatusBadge, task},
    words::{days_left, label, onward, welcome as words},
};

/// Renders the page for admins and members.
pub fn render(view: &View, config: &Config) -> Markup {
    let main = html! {
        div class="columns welcome" {
            (hero(view, config))
            (plan_summary(view))
        }
        div class="stack" {
            @if view.may_change() { (first_steps(view, config)) }
            (links(view))
        }
    };
    view.page(config, words::TITLE, None, Width::Wide, main)
}

fn hero(view: &View, config: &Config) -> Markup {
    let given_name = view.member.name().given();
    let lead = match &view.org.provisioned {
        _ if view.admin.is_none() => words::for_member(&view.org.name),
        Some(provisioned) => words::provisioned(&view.org.name, &provisioned.project.name),
        None => words::not_provisioned(&view.org.name),
    };
    html! {
        section class="hero" {
            h1 { (words::heading(&config.product, given_name)) }
            p class="lead" { (lead) }
            div class="actions" { (actions(view, config)) }
        }
    }
}

/// Renders one primary button for the next step, and secondary buttons for alternatives.
fn actions(view: &View, config: &Config) -> Markup {
    let progress = view.progress();
    let dashboard = |weight| host_app::button(weight, label::GO_TO_DASHBOARD, config);
    html! {
        @if view.admin.is_none() || (view.may_change() && progress.is_complete()) {
            (dashboard(Weight::Primary))
        } @else if view.may_change() {
            @let started = progress.completed_count() > 0;
            @let label = if started { label::CONTINUE_SETUP } else { words::START_CHECKLIST };
            (link_button(Weight::Primary, "/onboarding/checklist", &onward(label)))
            (dashboard(Weight::Secondary))
        } @else {
            (link_button(Weight::Primary, &view.plans(), &onward(label::CHOOSE_PLAN)))
            @if view.org.provisioned.is_some() { (dashboard(Weight::Secondary)) }
        }
    }
}

/// Renders the status of the trial or the plan.
fn plan_summary(view: &View) -> Markup {
    let badge = StatusBadge::of(&view.org, view.now);
    let trial_end = view.org.trial_ends_at(view.now).filter(|_| view.status() == Status::Trialing);
    html! {
        section class="card plan-card" aria-labelledby="plan" {
            h2 id="plan" { (badge.badge()) }
            @if let Some(end) = trial_end {
                p class="big-number" { (days_left(view.org.trial_days_remaining(view.now))) }
                p class="soft" { (words::trial_ends(&moment::date(end, &view.org.zone))) }
            } @else {
                p class="soft" { (badge.meaning) }
            }
            p class="plan-link" { a href=(view.plans()) { (label::VIEW_PLANS) } }
        }
    }
}

fn first_steps(view: &View, config: &Config) -> Markup {
    let progress = view.progress();
    let open: Vec<&Task> = progress.open().take(MAX_SUGGESTED_TASKS).collect();
    html! {
        section aria-labelledby="quick" {
            div class="section-head" {
                h2 id="quick" { (if open.is_empty() { words::ALL_SET_UP } else { words::FIRST_STEPS }) }
                a class="small" href="/onboarding/checklist" { (words::VIEW_FULL_CHECKLIST) }
            }
            @if open.is_empty() {
                div class="card" { (progress::bar(&progress)) }
            } @else {
                ul class="cards" { @for task in open { (task::card(task, view, config)) } }
            }
        }
    }
}

fn links(view: &View) -> Markup {
    html! {
        section aria-labelledby="links" {
            h2 id="links" class="section-head" { (words::USEFUL_LINKS) }
            ul class="rows" {
                (link("/onboarding/guide", label::SETUP_GUIDE, words::ABOUT_GUIDE))
                (link("/dashboard", label::DASHBOARD, words::ABOUT_DASHBOARD))
                (link(&view.plans(), label::PLAN_AND_DETAILS, words::ABOUT_PLAN))
            }
        }
    }
}

fn link(href: &str, label: &str, about: &str) -> Markup {
    html! {
        li class="row" {
            div class="row-text" {
                h3 { a href=(href) { (label) } }
                p class="soft small" { (about) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::checklist::ChecklistCommand::Complete;
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{config, every_task, pending, read, trial};

    #[test]
    fn page_offers_what_fits_the_status_and_the_progress() {
        for (view, shown, hidden) in [
            (trial(), "Welcome to TimeTracker, Jo", "You’re all set up"),
            (trial(), "14 days left", "Only admins of"),
            (trial(), "Invite team member", "Add client"),
            (trial().having(&[Complete("invited_team_member")]), "Add client", "Invite team member"),
            (trial().having(&every_task()), "You’re all set up", "Suggested first steps"),
            (pending("Acme Corp", "Jo Doe"), "Choose a plan", "Start with the checklist"),
            (pending("Acme Corp", "Jo Doe"), "No plan yet", "Suggested first steps"),
            (
                trial().having(&[Complete("invited_team_member")]),
                "Continue setup",
                "Start with the checklist",
            ),
            (trial().having(&every_task()), "Go to dashboard", "Start with the checklist"),
            (trial().later(SignedDuration::from_hours(15 * 24)), "Choose a plan", "Suggested first steps"),
            (trial().into_member(), "You’re a member of Acme Corp", "Invite team member"),
        ] {
            let text = read(&render(&view, &config()));
            assert!(text.contains(shown), "{shown}: {text}");
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }
}
