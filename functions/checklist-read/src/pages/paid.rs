//! Where Stripe sends people back to: it shows how things stand, and turns when Stripe's word arrives.
//!
//! Nothing is believed because somebody opened this page: only Stripe's signed events change anything.

use domain::{billing::SubscriptionStatus, status::Status};
use maud::{Markup, html};
use web::ui::{Tone, Weight, Width, link_button, note};

use crate::{config::Config, parts::standing::Standing, view::View};

/// The page's own path.
const HERE: &str = "/billing/return";

/// The page. While Stripe's word is under way it carries a mark, and the script looks again for a minute.
#[must_use]
pub fn render(view: &View, config: &Config) -> Markup {
    let arrived = view.org.billing.lives();
    let main = html! {
        section class="plain" data-awaits-plan[!arrived] {
            @if arrived { (told(view)) } @else { (waiting(view)) }
        }
    };
    view.page(config, "Your plan", None, Width::Narrow, main)
}

/// What Stripe said. Whoever has nothing to be thanked for reads how their plan stands, and is led to it.
fn told(view: &View) -> Markup {
    let standing = Standing::of(&view.org, view.now);
    let well = matches!(view.status(), Status::Active | Status::Trialing);
    html! {
        div class="section-head" {
            h1 { @if well { "Thank you" } @else { "Your plan" } }
            (standing.badge())
        }
        p class="lead" role="status" { (standing.means) }
        p class="actions" {
            @if !well {
                (link_button(Weight::Primary, &view.plans(), "See your plan"))
            } @else if view.admin.is_some() && !view.progress().is_complete() {
                (link_button(Weight::Primary, "/onboarding/checklist", "Continue setup →"))
            }
            (link_button(Weight::Secondary, "/dashboard", "Go to the dashboard"))
        }
    }
}

fn waiting(view: &View) -> Markup {
    let unpaid = view.org.billing.status() == Some(SubscriptionStatus::Incomplete);
    html! {
        h1 { @if unpaid { "Almost there" } @else { "Thank you" } }
        p class="lead" {
            @if unpaid {
                "Your first payment is not through yet. It may take a moment, or your bank asks you to confirm it."
            } @else {
                "Stripe is telling us about your plan. That usually takes a few seconds."
            }
        }
        (note(Tone::Calm, "⏳", "Waiting for Stripe", &html! {
            p role="status" { "This page turns by itself. You can also go on; nothing is lost." }
        }))
        p class="actions" {
            (link_button(Weight::Primary, HERE, "Look again"))
            (link_button(Weight::Secondary, "/dashboard", "Go to the dashboard"))
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::billing::{CustomerId, EventId, Fact, InvoiceFact, InvoiceId, SubscriptionId, What};

    use super::*;
    use crate::testing::{config, pending, read, subscribed, trial};

    #[test]
    fn it_waits_for_stripes_word_and_says_then_how_things_stand() {
        for view in [pending("Acme Corp", "Jo Doe"), trial()] {
            let mut view = view;
            let waiting = render(&view, &config());
            assert!(waiting.0.contains("data-awaits-plan"), "{}", waiting.0);
            assert!(read(&waiting).contains("Look again"));
            let paid = What::Invoice {
                invoice: InvoiceId::parse("in_1").unwrap(),
                subscription: Some(SubscriptionId::parse("sub_1").unwrap()),
                customer: CustomerId::parse("cus_1").unwrap(),
                invoice_created: view.now,
                fact: InvoiceFact::Paid { amount: 900 },
            };
            let fact = Fact { event: EventId::parse("evt_1").unwrap(), created: view.now, what: paid };
            view.org.billing.record(&fact);
            let thanks = render(&view, &config());
            assert!(!thanks.0.contains("data-awaits-plan"), "{}", thanks.0);
            assert!(read(&thanks).contains("Your plan is paid"), "{}", read(&thanks));
        }
    }

    #[test]
    fn nobody_is_thanked_for_a_plan_that_does_not_run() {
        for (status, words) in [
            (SubscriptionStatus::Active, "Thank you"),
            (SubscriptionStatus::PastDue, "Your plan Payment overdue"),
            (SubscriptionStatus::Paused, "Your plan Paused"),
            (SubscriptionStatus::Unpaid, "Your plan Unpaid"),
            (SubscriptionStatus::Incomplete, "Almost there Your first payment is not through yet."),
        ] {
            let page = render(&subscribed(status), &config());
            assert!(read(&page).contains(words), "{status}: {}", read(&page));
            let waits = status == SubscriptionStatus::Incomplete;
            assert_eq!(page.0.contains("data-awaits-plan"), waits, "{status}");
        }
    }
}
