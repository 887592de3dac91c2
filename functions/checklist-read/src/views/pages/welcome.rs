//! The first page after sign-up.

use domain::{
    checklist::{MAX_SUGGESTED_TASKS, Task},
    org::Status,
};
use maud::{Markup, html};
use ui::{Weight, Width, link_button};
use web::HANDOVER;

use crate::{
    config::Config,
    views::View,
    views::components::{
        banner, host_app, moment, progress,
        setup::{self, SetupState},
        status_badge::StatusBadge,
        task,
    },
    words::{dashboard, days_left, label, onward, welcome as words},
};

/// Renders the page for admins and members.
pub fn render(view: &View, config: &Config) -> Markup {
    let main = html! {
        (setup::celebration(view, config))
        div class="columns welcome" data-updated=[view.updated_at()] data-status=(view.status().as_str()) data-setup=(setup::marker(view)) {
            (hero(view, config))
            (plan_summary(view))
        }
        div class="stack" {
            @if shows_checklist(view) { (first_steps(view, config)) }
            (links(view, config))
        }
    };
    view.page(config, words::TITLE, None, Width::Wide, main)
}

fn hero(view: &View, config: &Config) -> Markup {
    let given_name = view.member.name().given();
    let lead = match &view.org.provisioned {
        _ if SetupState::of(view).is_some() => words::setting_up(&view.org.name, view.admin.is_some()),
        _ if view.admin.is_none() => words::for_member(&view.org.name),
        Some(provisioned) if shows_checklist(view) => {
            words::provisioned(&view.org.name, &provisioned.project.name)
        }
        Some(provisioned) => words::provisioned_before(&view.org.name, &provisioned.project.name),
        None => words::not_provisioned(&view.org.name),
    };
    html! {
        section class="hero" {
            h1 { (words::heading(&config.product, given_name)) }
            p class="lead" { (lead) }
            (setup::progress(view))
            div class="actions" { (start(view, config)) }
        }
    }
}

/// Returns whether the page suggests the checklist. It does not after the checklist was dismissed.
fn shows_checklist(view: &View) -> bool {
    view.may_change() && view.org.checklist.dismissed_at.is_none()
}

/// Renders the button for the next step.
fn start(view: &View, config: &Config) -> Markup {
    let progress = view.progress();
    if view.admin.is_some() && !view.may_change() {
        return banner::action(view, Weight::Primary);
    }
    if !shows_checklist(view) || progress.is_complete() {
        return host_app::button(Weight::Primary, label::GO_TO_DASHBOARD, config);
    }
    let label = if progress.completed_count() > 0 { label::CONTINUE_SETUP } else { words::START_CHECKLIST };
    link_button(Weight::Primary, "/onboarding/checklist", &onward(label))
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
            // Without full access, the hero has this link.
            @if view.may_change() || view.admin.is_none() {
                p class="plan-link" { a href=(view.plans()) { (view.plans_label()) } }
            }
        }
    }
}

fn first_steps(view: &View, config: &Config) -> Markup {
    let progress = view.progress();
    let open: Vec<&Task> = progress.open().take(MAX_SUGGESTED_TASKS).collect();
    html! {
        section aria-labelledby="quick" {
            h2 id="quick" class="section-head" {
                (if open.is_empty() { words::ALL_SET_UP } else { words::FIRST_STEPS })
            }
            @if open.is_empty() {
                div class="card" { (progress::bar(&progress)) }
            } @else {
                ul class="cards" { @for task in open { (task::card(task, view, config)) } }
            }
        }
    }
}

fn links(view: &View, config: &Config) -> Markup {
    html! {
        section aria-labelledby="links" {
            h2 id="links" class="section-head" { (words::USEFUL_LINKS) }
            ul class="rows" {
                @if config.app_url.is_some() && view.is_ready() {
                    (link(HANDOVER, &dashboard::open(&config.product), words::ABOUT_PRODUCT))
                }
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
    use domain::checklist::ChecklistCommand::{Complete, Dismiss};
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
            (pending("Acme Corp", "Jo Doe"), "View plans", "Start with the checklist"),
            (pending("Acme Corp", "Jo Doe"), "No plan yet", "Suggested first steps"),
            (
                trial().having(&[Complete("invited_team_member")]),
                "Continue setup",
                "Start with the checklist",
            ),
            (trial().having(&every_task()), "Go to dashboard", "Start with the checklist"),
            (trial().later(SignedDuration::from_hours(15 * 24)), "View plans", "Suggested first steps"),
            (trial().having(&[Dismiss]), "Go to dashboard", "checklist"),
            (trial().having(&[Dismiss]), "Useful links", "Suggested first steps"),
            (trial().into_member(), "You’re a member of Acme Corp", "Invite team member"),
        ] {
            let text = read(&render(&view, &config()));
            assert!(text.contains(shown), "{shown}: {text}");
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }

    #[test]
    fn page_has_one_primary_button() {
        let hosted = Config { app_url: "https://app.example.com".parse().ok(), ..config() };
        for view in
            [trial(), trial().having(&[Dismiss]), trial().into_member(), trial().having(&every_task())]
        {
            let page = render(&view, &hosted).0;
            let (_, hero) = page.split_once(r#"class="hero""#).unwrap();
            let (hero, _) = hero.split_once("</section>").unwrap();
            assert_eq!(hero.matches("<a ").count(), 1, "{hero}");
            assert_eq!(page.matches("button-primary").count(), 1, "{page}");
            assert!(page.contains(r#"href="/handover""#), "{page}");
        }
    }
}
