//! The dashboard: the organization's projects, details, and setup progress.

use maud::{Markup, html};
use ui::{NavItem, Tone, Weight, Width, note};

use crate::{
    config::Config,
    views::View,
    views::components::{
        banner, host_app, moment, next,
        setup::{self, SetupState},
        status_badge::StatusBadge,
        undo, widget,
    },
    words::{dashboard as words, label},
};

/// Renders the page for all members.
pub fn render(view: &View, config: &Config) -> Markup {
    let widget = view.shows_widget();
    let main = html! {
        div class="section-head" {
            h1 { (view.org.name) }
            @if config.app_url.is_some() && SetupState::of(view).is_none() {
                (host_app::button(Weight::Primary, &words::open(&config.product), config))
            }
        }
        (role_change(view))
        (undo::dismissal(view))
        (banner::render(view))
        (setup::celebration(view, config))
        div class=(if widget { "columns" } else { "stack" }) data-updated=[view.updated_at()] data-status=(view.status().as_str()) data-setup=(setup::marker(view)) {
            @if widget { div class="column-end" { (widget::render(view)) } }
            div class="stack" {
                (view.undeliverable("/dashboard"))
                (projects(view))
                (organization(view))
                @if view.admin.is_some() && !widget {
                    p { a class="small" href="/onboarding/checklist" { (words::SHOW_CHECKLIST) } }
                }
            }
        }
    };
    view.page(config, label::DASHBOARD, Some(NavItem::Dashboard), Width::Wide, main)
}

/// Renders a note if another person has just changed the user's role.
fn role_change(view: &View) -> Markup {
    let changed_at =
        view.since.and_then(|since| view.org.recent_role_change(view.member.user(), since, view.now));
    html! {
        @if let Some(at) = changed_at {
            (note(
                Tone::Notice,
                "👤",
                words::new_role(view.admin.is_some()),
                &html! { p { (words::role_changed(&moment::date(at, &view.org.zone))) } },
            ))
        }
    }
}

fn projects(view: &View) -> Markup {
    html! {
        section aria-labelledby="projects" {
            h2 id="projects" class="section-head" { (words::PROJECTS) }
            @if let Some(provisioned) = &view.org.provisioned {
                ul class="rows" {
                    li class="row" {
                        span class="task-icon" { (ui::icon("📁")) }
                        div class="row-text" {
                            h3 { (provisioned.project.name) }
                            p class="soft small" {
                                (words::created_on(&moment::date(provisioned.at, &view.org.zone)))
                            }
                        }
                    }
                }
            } @else {
                (note(Tone::Calm, "🌱", words::NO_PROJECT, &html! { p { (words::NO_PROJECT_TEXT) } }))
            }
        }
    }
}

fn organization(view: &View) -> Markup {
    let org = &view.org;
    let badge = StatusBadge::of(org, view.now);
    let admins: Vec<&str> = org.admins.iter().map(|admin| admin.name.as_str()).collect();
    html! {
        section aria-labelledby="organization" {
            div class="section-head" {
                h2 id="organization" { (words::ORGANIZATION) }
                a class="small" href=(view.plans()) { (label::PLAN_AND_DETAILS) }
            }
            div class="card" {
                dl class="facts" {
                    dt { (label::PLAN) }
                    dd {
                        (badge.badge())
                        @if let Some(plan) = next::plan(org, view.now) {
                            p class="soft small" { (words::plan(&plan, next::sentence(org, view.now))) }
                        }
                    }
                    dt { (if admins.len() == 1 { label::ADMIN } else { label::ADMINS }) }
                    dd { (admins.join(", ")) }
                    dt { (words::CREATED) }
                    dd { (moment::date(org.signed_up_at, &org.zone)) }
                    dt { (label::TIME_ZONE) }
                    dd { (org.zone.name()) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::checklist::ChecklistCommand::Dismiss;

    use super::*;
    use crate::testing::{config, pending, read, trial};

    fn text(view: &View) -> String {
        read(&render(view, &config()))
    }

    #[test]
    fn dashboard_shows_the_project_the_trial_and_the_setup() {
        let text = text(&trial());
        for part in ["Acme Corp", "Getting Started", "14 days left", "0 of 8 done", "Europe/Berlin"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn dashboard_links_to_a_dismissed_checklist() {
        let text = text(&trial().having(&[Dismiss]));
        assert!(text.contains("Show setup checklist") && !text.contains("0 of 8"), "{text}");
        assert!(text.contains("The setup checklist was dismissed. Undo"), "{text}");
    }

    #[test]
    fn members_get_no_widget_and_pending_plans_no_project() {
        let member = text(&trial().into_member());
        assert!(member.contains("Getting Started") && !member.contains("checklist"), "{member}");
        let pending = text(&pending("Acme Corp", "Jo Doe"));
        assert!(pending.contains("Your first project comes with your plan"), "{pending}");
    }
}
