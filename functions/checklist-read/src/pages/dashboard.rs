//! Where people of an organization arrive.

use maud::{Markup, html};
use web::ui::{NavItem, Tone, Weight, Width, note};

use crate::{
    components::{banner, host_app, moment, status_badge::StatusBadge, undo, widget},
    config::Config,
    view::View,
};

/// The page.
#[must_use]
pub fn render(view: &View, config: &Config) -> Markup {
    let widget = view.admin.is_some() && view.org.checklist.dismissed_at.is_none();
    let main = html! {
        div class="section-head" {
            h1 { (view.org.name) }
            @if config.app_url.is_some() {
                (host_app::button(Weight::Primary, &format!("Open {}", config.product), config))
            }
        }
        (undo::dismissal(view))
        (banner::render(view))
        div class=(if widget { "columns" } else { "stack" }) data-updated=[view.updated_at()] data-status=(view.status().as_str()) {
            @if widget { div class="column-end" { (widget::render(view)) } }
            div class="stack" {
                (projects(view))
                (organization(view))
                @if view.admin.is_some() && !widget {
                    p { a class="small" href="/onboarding/checklist" { "Show setup checklist" } }
                }
            }
        }
    };
    view.page(config, "Dashboard", Some(NavItem::Dashboard), Width::Wide, main)
}

fn projects(view: &View) -> Markup {
    html! {
        section aria-labelledby="projects" {
            h2 id="projects" class="section-head" { "Projects" }
            @if let Some(provisioned) = &view.org.provisioned {
                ul class="rows" {
                    li class="row" {
                        span class="task-icon" aria-hidden="true" { "📁" }
                        div class="row-text" {
                            h3 { (provisioned.project.name) }
                            p class="soft small" {
                                "Ready since " (moment::date(provisioned.at, &view.org.zone))
                            }
                        }
                    }
                }
            } @else {
                (note(Tone::Calm, "🌱", "Your first project is waiting", &html! {
                    p { "It is made together with everything else the moment your plan begins." }
                }))
            }
        }
    }
}

fn organization(view: &View) -> Markup {
    let org = &view.org;
    let standing = StatusBadge::of(org, view.now);
    let admins: Vec<&str> = org.admins.iter().map(|admin| admin.name.as_str()).collect();
    html! {
        section aria-labelledby="organization" {
            div class="section-head" {
                h2 id="organization" { "Organization" }
                a class="small" href=(view.plans()) { "Plan and details" }
            }
            div class="card" {
                dl class="facts" {
                    dt { "Plan" }
                    dd { (standing.badge()) }
                    dt { @if admins.len() == 1 { "Admin" } @else { "Admins" } }
                    dd { (admins.join(", ")) }
                    dt { "Since" }
                    dd { (moment::date(org.signed_up_at, &org.zone)) }
                    dt { "Time zone" }
                    dd { (org.zone.name()) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::org::ChecklistCommand::Dismiss;

    use super::*;
    use crate::testing::{config, pending, read, trial};

    fn text(view: &View) -> String {
        read(&render(view, &config()))
    }

    #[test]
    fn it_shows_the_organization_its_project_its_trial_and_its_setup() {
        let text = text(&trial());
        for words in ["Acme Corp", "Getting Started", "14 days left", "0 of 8 done", "Europe/Berlin"] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }

    #[test]
    fn a_dismissed_checklist_leaves_a_quiet_way_back() {
        let text = text(&trial().having(&[Dismiss]));
        assert!(text.contains("Show setup checklist") && !text.contains("0 of 8"), "{text}");
        assert!(text.contains("The setup checklist is put aside. Undo"), "{text}");
    }

    #[test]
    fn members_work_without_the_widget_and_pending_organizations_wait() {
        let member = text(&trial().as_member());
        assert!(member.contains("Getting Started") && !member.contains("checklist"), "{member}");
        assert!(text(&pending("Acme Corp", "Jo Doe")).contains("Your first project is waiting"));
    }
}
