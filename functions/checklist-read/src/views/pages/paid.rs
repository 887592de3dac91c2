//! The page to which Stripe Checkout returns the user. It shows the plan's status and updates when
//! Stripe's event arrives.
//!
//! A visit to this page proves no payment and changes nothing. Only signed events from Stripe
//! change a plan.

use domain::{
    billing::{NextKind, SubscriptionStatus},
    org::Status,
};
use maud::{Markup, html};
use ui::{Tone, Weight, Width, link_button, note};

use crate::{
    config::Config,
    views::View,
    views::components::{banner, status_badge::StatusBadge},
    words::{label, onward, paid as words},
};

/// Path of this page.
const PATH: &str = "/billing/return";

/// Renders the page. Until Stripe's event arrives, the page has an attribute that makes its script
/// poll for about a minute. The script reloads the page when the event has arrived.
pub fn render(view: &View, config: &Config) -> Markup {
    let arrived = view.org.billing.is_alive(view.now);
    let pending =
        view.org.next_billing_event(view.now).is_some_and(|next| next.kind == NextKind::PaymentPending);
    let main = html! {
        section class="plain" data-awaits-plan[!arrived || pending] {
            @if arrived { (payment_status(view)) } @else { (waiting(view)) }
        }
    };
    view.page(config, words::TITLE, None, Width::Narrow, main)
}

/// Renders the status of a running subscription. The page thanks the user only if the plan is
/// active or in its trial. Otherwise it links to the plan.
fn payment_status(view: &View) -> Markup {
    let badge = StatusBadge::of(&view.org, view.now);
    let paid = matches!(view.status(), Status::Active | Status::Trialing);
    html! {
        div class="section-head" {
            h1 { (if paid { words::THANK_YOU } else { words::TITLE }) }
            (badge.badge())
        }
        p class="lead" role="status" { (badge.meaning) }
        div class="actions" {
            @if !paid {
                (next_step(view))
            } @else if view.admin.is_some() && !view.progress().is_complete() {
                (link_button(Weight::Primary, "/onboarding/checklist", &onward(label::CONTINUE_SETUP)))
            }
            (link_button(Weight::Secondary, "/dashboard", label::GO_TO_DASHBOARD))
        }
    }
}

/// Renders the banner's button, so that the page offers the same next step, or the link to the plan.
fn next_step(view: &View) -> Markup {
    let button = banner::action(view, Weight::Primary);
    if button.0.is_empty() { link_button(Weight::Primary, &view.plans(), view.plans_label()) } else { button }
}

/// Renders the page while no subscription runs.
///
/// If a previous subscription ended, the page cannot tell whether the user comes from a new
/// Checkout or opened the page without paying. So it does not thank them, and links to the plans.
fn waiting(view: &View) -> Markup {
    let billing = &view.org.billing;
    let first_plan = billing.status(view.now).is_none() && !billing.customer_deleted();
    let (title, lead) = match billing.status(view.now) {
        Some(SubscriptionStatus::Incomplete) => (words::ALMOST_THERE, words::INCOMPLETE),
        _ if first_plan => (words::THANK_YOU, words::AWAITING),
        _ => (words::TITLE, words::PREVIOUS_ENDED),
    };
    html! {
        h1 { (title) }
        p class="lead" { (lead) }
        (note(Tone::Calm, "⏳", words::WAITING, &html! {
            p role="status" data-later=(words::STILL_WAITING) { (words::UPDATES) }
        }))
        p class="actions" {
            (link_button(Weight::Primary, PATH, words::CHECK_AGAIN))
            @if !first_plan { (link_button(Weight::Secondary, &view.plans(), view.plans_label())) }
            (link_button(Weight::Secondary, "/dashboard", label::GO_TO_DASHBOARD))
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::billing::{CustomerId, FactKind};

    use super::*;
    use crate::testing::{config, pending, read, subscribed, trial};

    #[test]
    fn page_waits_for_stripe_and_then_shows_the_status() {
        for view in [pending("Acme Corp", "Jo Doe"), trial()] {
            let mut view = view;
            let waiting = render(&view, &config());
            assert!(waiting.0.contains("data-awaits-plan"), "{}", waiting.0);
            assert!(read(&waiting).contains("Check again"));
            view.record(crate::testing::paid());
            let thanks = render(&view, &config());
            assert!(!thanks.0.contains("data-awaits-plan"), "{}", thanks.0);
            assert!(read(&thanks).contains("Your plan is active"), "{}", read(&thanks));
        }
    }

    #[test]
    fn page_thanks_only_for_an_active_plan() {
        for (status, text, button) in [
            (SubscriptionStatus::Active, "Thank you", "Continue setup"),
            (SubscriptionStatus::PastDue, "Your plan Payment overdue", "Update payment"),
            (SubscriptionStatus::Paused, "Your plan Paused", "Add a payment method"),
            (SubscriptionStatus::Unpaid, "Your plan Unpaid", "Update payment"),
            (
                SubscriptionStatus::Incomplete,
                "Almost there Your first payment hasn’t gone through yet.",
                "View plan",
            ),
        ] {
            let page = render(&subscribed(status), &config());
            assert!(read(&page).contains(text), "{status}: {}", read(&page));
            assert_eq!(page.0.contains("data-awaits-plan"), !status.is_alive(), "{status}");
            assert!(read(&page).contains(button), "{status}: {}", read(&page));
        }
        for mut view in [subscribed(SubscriptionStatus::Active), pending("Acme Corp", "Jo Doe")] {
            let customer = CustomerId::parse("cus_1").unwrap();
            view.org.billing.link(&customer);
            view.record(FactKind::CustomerDeleted { customer });
            let page = read(&render(&view, &config()));
            assert!(page.contains("Your plan Your previous plan has ended."), "{page}");
        }
    }
}
