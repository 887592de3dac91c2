//! Where Stripe sends people back to: it shows how things stand, and turns when Stripe's word arrives.
//!
//! Nothing is believed because somebody opened this page: only Stripe's signed events change anything.

use domain::{billing::SubscriptionStatus, status::Status};
use maud::{Markup, html};
use web::ui::{Tone, Weight, Width, link_button, note};

use crate::{components::status_badge::StatusBadge, config::Config, view::View};

/// The page's own path.
const HERE: &str = "/billing/return";

/// The page. While Stripe's word is under way it carries a mark, and the script looks again for a minute.
#[must_use]
pub fn render(view: &View, config: &Config) -> Markup {
    let arrived = view.org.billing.is_alive();
    let main = html! {
        section class="plain" data-awaits-plan[!arrived] {
            @if arrived { (payment_status(view)) } @else { (waiting(view)) }
        }
    };
    view.page(config, "Your plan", None, Width::Narrow, main)
}

/// What Stripe said. Whoever has nothing to be thanked for reads how their plan stands, and is led to it.
fn payment_status(view: &View) -> Markup {
    let standing = StatusBadge::of(&view.org, view.now);
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

/// No subscription runs. Whoever had one that is over may be back from a Checkout of the next one, or have only opened this
/// page: neither is thanked, and both are led to the plans.
fn waiting(view: &View) -> Markup {
    let billing = &view.org.billing;
    let thanked = billing.status().is_none() && !billing.customer_deleted();
    let (title, lead) = match billing.status() {
        Some(SubscriptionStatus::Incomplete) => (
            "Almost there",
            "Your first payment is not through yet. It may take a moment, or your bank asks you to confirm it.",
        ),
        _ if thanked => {
            ("Thank you", "Stripe is telling us about your plan. That usually takes a few seconds.")
        }
        _ => (
            "Your plan",
            "Your last plan is over. If you have just chosen a new one, Stripe is telling us about it. That usually takes a few seconds.",
        ),
    };
    html! {
        h1 { (title) }
        p class="lead" { (lead) }
        (note(Tone::Calm, "⏳", "Waiting for Stripe", &html! {
            p role="status" data-later="Stripe has not told us yet. Look again in a few minutes; nothing is lost." {
                "This page turns by itself. You can also go on; nothing is lost."
            }
        }))
        p class="actions" {
            (link_button(Weight::Primary, HERE, "Look again"))
            @if !thanked { (link_button(Weight::Secondary, &view.plans(), "See your plan")) }
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
            // Also what Stripe calls incomplete_expired.
            (SubscriptionStatus::Canceled, "Your plan Your last plan is over."),
        ] {
            let page = render(&subscribed(status), &config());
            assert!(read(&page).contains(words), "{status}: {}", read(&page));
            assert_eq!(page.0.contains("data-awaits-plan"), !status.is_alive(), "{status}");
            let thanked = status == SubscriptionStatus::Active;
            assert_eq!(read(&page).contains("See your plan"), !thanked, "{status}");
        }
        for mut view in [subscribed(SubscriptionStatus::Active), pending("Acme Corp", "Jo Doe")] {
            let customer = CustomerId::parse("cus_1").unwrap();
            view.org.billing.link(&customer);
            let (event, what) = (EventId::parse("evt_2").unwrap(), What::CustomerDeleted { customer });
            view.org.billing.record(&Fact { event, created: view.now, what });
            let page = read(&render(&view, &config()));
            assert!(page.contains("Your plan Your last plan is over."), "{page}");
        }
    }
}
