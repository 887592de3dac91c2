//! The page of an organization: its status, details, and plan, or a form that switches to it.

use domain::org::Org;
use maud::{Markup, html};
use ui::{Tone, Weight, Width, hidden, link_button, note, post_button, submit};

use crate::{
    config::Config,
    sale::Sale,
    views::components::{banner::PORTAL, moment, next, plans, status_badge::StatusBadge},
    views::{self, View},
    words::{days_left, label, organization as words, other_org},
};

/// Renders the page. `came_back` says that the user left a Checkout without paying. `token` is a new
/// form token. Two requests with the same token come from the
/// same page.
pub fn render(view: &View, sale: &Sale, config: &Config, token: &str, came_back: bool) -> Markup {
    let badge = StatusBadge::of(&view.org, view.now);
    let main = html! {
        div class="section-head" {
            h1 { (view.org.name) }
            (badge.badge())
        }
        // If a payment is open, the note about the payment replaces the status text, because the
        // two texts would contradict each other.
        @if view.org.billing.issue().is_none() { p class="lead" { (badge.meaning) } }
        div class="stack" {
            @if came_back && view.org.first_charge(view.now).is_some() {
                (note(Tone::Calm, "💳", words::NOT_CHOSEN, &html! { p { (words::NOT_CHARGED) } }))
            }
            (issue(view))
            (view.undeliverable(&view.plans()))
            (details(view, &badge))
            @if view.admin.is_some() { (plans::render(view, sale, token)) } @else { (admins(view)) }
        }
    };
    view.page(config, label::PLAN_AND_DETAILS, None, Width::Reading, main)
}

fn issue(view: &View) -> Markup {
    let Some(issue) = view.org.billing.issue() else { return html! {} };
    let (title, text, label) = next::problem(&issue, &view.org, view.now);
    let fixable = view.admin.is_some() && view.may_open_portal();
    let button = post_button(Weight::Primary, PORTAL, label, None);
    note(Tone::Warning, "💳", title, &html! { p { (text) } @if fixable { div class="actions" { (button) } } })
}

fn details(view: &View, badge: &StatusBadge) -> Markup {
    let org = &view.org;
    let trial_end = org.trial_ends_at(view.now);
    html! {
        section class="card" aria-label=(words::DETAILS) {
            dl class="facts" {
                @if let Some(plan) = next::plan(org, view.now) {
                    dt { (label::PLAN) }
                    dd { (plan) }
                }
                dt { (words::STATUS) }
                dd { (badge.label) }
                @if let Some(end) = trial_end {
                    dt { (if end > view.now { words::TRIAL_ENDS } else { words::TRIAL_ENDED }) }
                    dd {
                        (moment::date(end, &org.zone))
                        @if view.org.is_on_trial(view.now) {
                            " · " (days_left(org.trial_days_remaining(view.now)))
                        }
                    }
                }
                dt { (words::SIGNED_UP) }
                dd { (moment::date(org.signed_up_at, &org.zone)) }
                @if let Some(at) = org.ready_at() {
                    dt { (words::SET_UP_ON) }
                    dd { (moment::date(at, &org.zone)) }
                }
                dt { (label::TIME_ZONE) }
                dd { (org.zone.name()) }
            }
        }
    }
}

fn admins(view: &View) -> Markup {
    let names: Vec<&str> = view.org.admins.iter().map(|admin| admin.name.as_str()).collect();
    html! { p class="soft" { (words::managed_by(&names)) } }
}

/// Renders the page at the URL of `there`, an organization of which the user is a member, while
/// they are signed in to a different one. The page contains a form that switches to it.
pub fn render_other(view: &View, config: &Config, there: &Org) -> Markup {
    let strong = |org: &Org| html! { strong { (org.name) } };
    let stay = link_button(Weight::Secondary, "/dashboard", &other_org::stay_in(&view.org.name));
    let main = html! {
        h1 { (other_org::heading(&there.name)) }
        @if let Some(from) = &view.return_url {
            p class="lead" { (other_org::lead_from(from.host(), &strong(&view.org), &strong(there))) }
            div class="actions" {
                (link_button(Weight::Primary, &format!("/login?next={}", views::plans(there.id)), other_org::SIGN_IN))
                (stay)
            }
        } @else {
            p class="lead" { (other_org::lead(&strong(&view.org), &strong(there))) }
            form class="actions" method="post" action="/organizations/switch" {
                (hidden("organization", &there.id.to_string()))
                (hidden("next", &views::plans(there.id)))
                (submit(Weight::Primary, &other_org::switch_to(&there.name)))
                (stay)
            }
        }
    };
    view.page(config, other_org::TITLE, None, Width::Narrow, main)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{config, pending, read, sale, trial};

    #[test]
    fn page_shows_the_status_and_offers_plans_to_admins() {
        let days = |days: i64| trial().later(SignedDuration::from_hours(days * 24));
        for (view, status) in [
            (pending("Acme Corp", "Jo Doe"), "No plan yet"),
            (days(0), "14 days left (until January 22, 2025)"),
            (days(13), "1 day left (until January 22, 2025)"),
            (days(14), "Your trial ended on January 22, 2025"),
        ] {
            let text = read(&render(&view, &sale(), &config(), "token", false));
            for part in [status, "Acme Corp", "Single user", "Team", "Choose"] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
        let back = read(&render(&trial(), &sale(), &config(), "token", true));
        assert!(back.contains("You didn’t choose a plan Nothing was charged."), "{back}");
        let member = read(&render(&trial().into_member(), &sale(), &config(), "token", false));
        assert!(member.contains("Jo Doe can manage the plan") && !member.contains("Single user"), "{member}");
    }
}
