//! Where Stripe sends people back to: it shows how things stand, and turns when Stripe's word arrives.
//!
//! Nothing is believed because somebody opened this page: only Stripe's signed events change anything.

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
            @if arrived { (thanks(view)) } @else { (waiting()) }
        }
    };
    view.page(config, "Your plan", None, Width::Narrow, main)
}

fn thanks(view: &View) -> Markup {
    let standing = Standing::of(&view.org, view.now);
    html! {
        div class="section-head" {
            h1 { "Thank you" }
            (standing.badge())
        }
        p class="lead" role="status" { (standing.means) }
        p class="actions" {
            @if view.admin.is_some() && !view.progress().is_complete() {
                (link_button(Weight::Primary, "/onboarding/checklist", "Continue setup →"))
            }
            (link_button(Weight::Secondary, "/dashboard", "Go to the dashboard"))
        }
    }
}

fn waiting() -> Markup {
    html! {
        h1 { "Thank you" }
        p class="lead" { "Stripe is telling us about your plan. That usually takes a few seconds." }
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
    use crate::testing::{config, pending, read, trial};

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
}
