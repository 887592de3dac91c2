//! An organization and its plan.

use domain::{billing::IssueKind, status::Status};
use maud::{Markup, html};
use web::ui::{Tone, Width, note};

use crate::{
    components::{
        moment, plans,
        status_badge::{StatusBadge, days_left},
        unreachable,
    },
    config::Config,
    view::View,
};

/// The page. `token` makes its forms recognisable when they are sent twice.
#[must_use]
pub fn render(view: &View, config: &Config, token: &str) -> Markup {
    let standing = StatusBadge::of(&view.org, view.now);
    let main = html! {
        div class="section-head" {
            h1 { (view.org.name) }
            (standing.badge())
        }
        // What has to be said of a payment stands before and above how well all else is.
        @if view.org.billing.issue().is_none() { p class="lead" { (standing.means) } }
        div class="stack" {
            (issue(view))
            (unreachable::render(view))
            (facts(view, &standing))
            @if view.admin.is_some() { (plans::render(view, token)) } @else { (admins(view)) }
        }
    };
    view.page(config, "Plan and details", None, Width::Reading, main)
}

fn issue(view: &View) -> Markup {
    let Some(issue) = view.org.billing.issue() else { return html! {} };
    let (title, what) = match issue.kind {
        IssueKind::PaymentFailed => ("A payment failed", "did not go through, and will be tried again."),
        IssueKind::ActionRequired => {
            ("Your bank asks you to confirm a payment", "waits for your word to your bank.")
        }
    };
    let since = moment::date(issue.since, &view.org.zone);
    let text = html! { p { "The payment of " (since) " " (what) } };
    note(Tone::Warning, "💳", title, &text)
}

fn facts(view: &View, standing: &StatusBadge) -> Markup {
    let org = &view.org;
    let trial = org.trial_ends_at(view.now);
    html! {
        section class="card" aria-label="Details" {
            dl class="facts" {
                dt { "Status" }
                dd { (standing.label) }
                @if let Some(end) = trial {
                    dt { @if end > view.now { "Trial ends" } @else { "Trial ended" } }
                    dd {
                        (moment::date(end, &org.zone))
                        @if view.status() == Status::Trialing {
                            " · " (days_left(org.trial_days_remaining(view.now)))
                        }
                    }
                }
                dt { "Signed up" }
                dd { (moment::date(org.signed_up_at, &org.zone)) }
                @if let Some(provisioned) = &org.provisioned {
                    dt { "Set up" }
                    dd { (moment::date(provisioned.at, &org.zone)) }
                }
                dt { "Time zone" }
                dd { (org.zone.name()) }
            }
        }
    }
}

fn admins(view: &View) -> Markup {
    let names: Vec<&str> = view.org.admins.iter().map(|admin| admin.name.as_str()).collect();
    html! { p class="soft" { "The plan is looked after by " (names.join(", ")) "." } }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{config, pending, read, trial};

    #[test]
    fn it_says_how_the_organization_stands_and_offers_the_plans_to_its_admins() {
        let days = |days: i64| trial().later(SignedDuration::from_hours(days * 24));
        for (view, words) in [
            (pending("Acme Corp", "Jo Doe"), "No plan yet"),
            (days(0), "14 days left, until January 22, 2025"),
            (days(13), "1 day left, until January 22, 2025"),
            (days(14), "Your trial ended on January 22, 2025"),
        ] {
            let text = read(&render(&view, &config(), "token"));
            for words in [words, "Acme Corp", "Single user", "Team", "Choose"] {
                assert!(text.contains(words), "{words}: {text}");
            }
        }
        let member = read(&render(&trial().as_member(), &config(), "token"));
        assert!(member.contains("looked after by Jo Doe") && !member.contains("Single user"), "{member}");
    }
}
