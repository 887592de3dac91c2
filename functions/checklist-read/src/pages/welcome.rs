//! The first page after signing up.

use domain::{status::Status, task::Task};
use maud::{Markup, html};
use web::ui::{Weight, Width, link_button};

use crate::{
    components::{
        host_app, moment, progress,
        status_badge::{StatusBadge, days_left},
        task,
    },
    config::Config,
    view::View,
};

/// How many tasks are offered as cards.
const QUICK: usize = 4;

/// The page.
#[must_use]
pub fn render(view: &View, config: &Config) -> Markup {
    let main = html! {
        div class="columns welcome" {
            (hero(view, config))
            (plan_summary(view))
        }
        div class="stack" {
            @if view.may_change() { (quick_actions(view, config)) }
            (links(view))
        }
    };
    view.page(config, "Welcome", None, Width::Wide, main)
}

fn hero(view: &View, config: &Config) -> Markup {
    let given = view.member.name().given();
    html! {
        section class="hero" {
            h1 { "Welcome to " (config.product) ", " (given) }
            p class="lead" {
                @if view.admin.is_none() {
                    "You are a member of " (view.org.name) ". Everything is set up; you can begin."
                } @else if let Some(provisioned) = &view.org.provisioned {
                    (view.org.name) " is ready: your organization, a first project named “" (provisioned.project.name)
                    "”, and a short checklist that gets you going."
                } @else {
                    (view.org.name) " is signed up. Its first project and its checklist are made the moment your plan begins."
                }
            }
            div class="actions" { (way_on(view, config)) }
        }
    }
}

/// The one thing to do next, and what else one may do.
fn way_on(view: &View, config: &Config) -> Markup {
    let steps = view.progress();
    let dashboard = |weight| host_app::button(weight, "Go to the dashboard", config);
    html! {
        @if view.admin.is_none() || (view.may_change() && steps.is_complete()) {
            (dashboard(Weight::Primary))
        } @else if view.may_change() {
            @let label = if steps.completed_count() == 0 { "Start with the checklist →" } else { "Continue setup →" };
            (link_button(Weight::Primary, "/onboarding/checklist", label))
            (dashboard(Weight::Secondary))
        } @else {
            (link_button(Weight::Primary, &view.plans(), "Choose a plan →"))
            @if view.org.provisioned.is_some() { (dashboard(Weight::Secondary)) }
        }
    }
}

/// Where the trial or the plan stands.
fn plan_summary(view: &View) -> Markup {
    let standing = StatusBadge::of(&view.org, view.now);
    let end = view.org.trial_ends_at(view.now).filter(|_| view.status() == Status::Trialing);
    html! {
        section class="card plan-card" aria-labelledby="plan" {
            h2 id="plan" { (standing.badge()) }
            @if let Some(end) = end {
                p class="big-number" { (days_left(view.org.trial_days_remaining(view.now))) }
                p class="soft" {
                    "Your trial ends on " (moment::date(end, &view.org.zone)) ". Until then everything is open to you."
                }
            } @else {
                p class="soft" { (standing.means) }
            }
            p class="plan-link" { a href=(view.plans()) { "See the plans" } }
        }
    }
}

fn quick_actions(view: &View, config: &Config) -> Markup {
    let steps = view.progress();
    let open: Vec<&Task> = steps.open().take(QUICK).collect();
    html! {
        section aria-labelledby="quick" {
            div class="section-head" {
                h2 id="quick" { @if open.is_empty() { "You’re all set up" } @else { "A good way to start" } }
                a class="small" href="/onboarding/checklist" { "See the whole checklist" }
            }
            @if open.is_empty() {
                div class="card" { (progress::bar(&steps)) }
            } @else {
                ul class="cards" { @for it in open { (task::card(it, view, config)) } }
            }
        }
    }
}

fn links(view: &View) -> Markup {
    html! {
        section aria-labelledby="links" {
            h2 id="links" class="section-head" { "Good to know" }
            ul class="rows" {
                (link("/onboarding/guide", "Setup guide", "How each step is done, and answers to common questions"))
                (link("/dashboard", "Dashboard", "Your organization and its projects"))
                (link(&view.plans(), "Plan and details", "What your plan is, and what happens next"))
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
    use domain::org::ChecklistCommand::Complete;
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{config, every_task, pending, read, trial};

    #[test]
    fn it_welcomes_says_what_is_ready_and_offers_what_is_left() {
        for (view, shown, hidden) in [
            (trial(), "Welcome to TimeTracker, Jo", "You’re all set up"),
            (trial(), "14 days left", "The checklist of"),
            (trial(), "Invite team member", "Add client"),
            (trial().having(&[Complete("invited_team_member")]), "Add client", "Invite team member"),
            (trial().having(&every_task()), "You’re all set up", "A good way to start"),
            (pending("Acme Corp", "Jo Doe"), "Choose a plan", "Start with the checklist"),
            (pending("Acme Corp", "Jo Doe"), "No plan yet", "A good way to start"),
            (
                trial().having(&[Complete("invited_team_member")]),
                "Continue setup",
                "Start with the checklist",
            ),
            (trial().having(&every_task()), "Go to the dashboard", "Start with the checklist"),
            (trial().later(SignedDuration::from_hours(15 * 24)), "Choose a plan", "A good way to start"),
            (trial().as_member(), "You are a member of Acme Corp", "Invite team member"),
        ] {
            let text = read(&render(&view, &config()));
            assert!(text.contains(shown), "{shown}: {text}");
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }
}
