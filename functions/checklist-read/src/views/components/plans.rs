//! The plans for sale with the date of the first charge, or the button that opens the billing
//! portal.

use domain::{
    billing::{FirstCharge, ListPrice, Plan},
    org::Status,
};
use maud::{Markup, html};
use ui::{Tone, Weight, hidden, note, post_button, submit};

use super::{
    banner::{self, PORTAL},
    moment,
};
use crate::{
    sale::Sale,
    views::View,
    words::{label, plans as words},
};

/// Path that starts a Stripe Checkout.
const CHECKOUT: &str = "/billing/checkout";

/// Renders the plans for admins. `token` is a new form token. Two requests with the same token come
/// from the same page.
pub fn render(view: &View, sale: &Sale, token: &str) -> Markup {
    html! {
        section aria-labelledby="plans" {
            @let charge = view.org.first_charge(view.now);
            h2 id="plans" class="section-head" { (if charge.is_some() { words::TITLE } else { label::PLAN }) }
            @if let Some(charge) = charge {
                (charge_note(view, charge))
                p class="soft" { (words::IN_EVERY_PLAN) }
                ul class="cards plans" {
                    @for plan in Plan::ALL { (card(plan, sale, charge, token)) }
                }
                @if view.org.billing.payer(view.now).is_some() {
                    div class="actions" { (post_button(Weight::Quiet, PORTAL, words::VIEW_INVOICES, None)) }
                }
            } @else {
                div class="stack" {
                    (several_subscriptions(view))
                    div class="card" { (manage(view)) }
                }
            }
        }
    }
}

/// Renders a warning if the organization pays more than once.
fn several_subscriptions(view: &View) -> Markup {
    let count = view.org.billing.alive(view.now).len();
    if count < 2 {
        return html! {};
    }
    let text = html! { p { (words::SEVERAL_SUBSCRIPTIONS_TEXT) } };
    note(Tone::Warning, "💳", &words::several_subscriptions(count), &text)
}

/// Renders the button that opens the portal, for an organization that has chosen a plan.
fn manage(view: &View) -> Markup {
    if view.org.billing.is_managed_by_team(view.now) {
        return html! { p { (words::MANAGED_BY_TEAM) } };
    }
    let text =
        if view.org.billing.is_alive(view.now) { words::MANAGE_TEXT } else { words::FIRST_PAYMENT_TEXT };
    // The note about an unpaid invoice has the primary button.
    let has_issue = view.org.billing.issue().is_some();
    let label = banner::remedy(view).filter(|_| !has_issue).unwrap_or(words::MANAGE);
    let weight = if has_issue { Weight::Secondary } else { Weight::Primary };
    html! {
        p { (text) }
        div class="actions" { (post_button(weight, PORTAL, label, None)) }
    }
}

/// Renders the date of the first charge. Users must see it before they choose a plan.
fn charge_note(view: &View, charge: FirstCharge) -> Markup {
    let (title, text) = match charge {
        FirstCharge::At(end) => {
            (words::CHARGE_LATER, words::charge_later(&moment::date(end, &view.org.zone)))
        }
        FirstCharge::Now if view.status() == Status::Trialing => {
            (words::CHARGE_TODAY, html! { (words::CHARGE_TODAY_TRIAL_TEXT) })
        }
        FirstCharge::Now => (words::CHARGE_TODAY, html! { (words::CHARGE_TODAY_TEXT) }),
    };
    note(Tone::Calm, "🗓️", title, &html! { p { (text) } })
}

fn card(plan: Plan, sale: &Sale, charge: FirstCharge, token: &str) -> Markup {
    let (text, features) = words::about(plan);
    let recommended = Plan::recommended(sale.people) == plan;
    html! {
        li class="card plan" {
            div class="plan-head" {
                h3 { (words::name(plan)) }
                @if recommended { span class="badge tone-success" { (words::RECOMMENDED) } }
            }
            @if let Some(price) = sale.price(plan).filter(|price| price.active) { (amount(price)) }
            p class="soft" { (text) }
            ul { @for feature in features { li { (feature) } } }
            div class="plan-form" { (choice(plan, sale, charge, token)) }
        }
    }
}

fn amount(price: &ListPrice) -> Markup {
    html! {
        p class="price" {
            strong class="big-number" { (price.amount) } " "
            span class="soft" { (words::per(price.interval, price.interval_count)) }
        }
    }
}

/// Renders the form that starts a Checkout, or the reason why the plan cannot be chosen.
fn choice(plan: Plan, sale: &Sale, charge: FirstCharge, token: &str) -> Markup {
    if let (Some(seats), false) = (plan.seats(), plan.fits(sale.people)) {
        return html! { p class="soft" { (words::too_few_seats(seats, sale.people.members)) } };
    }
    if sale.price(plan).is_some_and(|price| !price.active) {
        return html! { p class="soft" { (words::NOT_SOLD) } };
    }
    let name = words::name(plan);
    let label = match charge {
        FirstCharge::At(_) => words::choose(name),
        FirstCharge::Now => words::choose_and_pay(name),
    };
    let recommended = Plan::recommended(sale.people) == plan;
    let weight = if recommended { Weight::Primary } else { Weight::Secondary };
    html! {
        form method="post" action=(CHECKOUT) {
            (hidden("plan", plan.as_str()))
            (hidden("form_token", token))
            (submit(weight, &label))
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::billing::SubscriptionStatus;
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{pending, read, sale, subscribed, trial};

    #[test]
    fn note_states_the_first_charge_before_a_plan_is_chosen() {
        let hours = |hours: i64| trial().later(SignedDuration::from_hours(hours));
        for (view, note, button) in [
            (hours(0), "We’ll charge you then, not today", "Choose Team"),
            (hours(12 * 24 - 1), "Your trial continues until January 22, 2025", "Choose Single user"),
            (hours(12 * 24 + 1), "Your trial has less than 48 hours left", "Choose Team and pay"),
            (hours(14 * 24), "You’ll be charged today Your plan starts immediately", "Choose Team and pay"),
            (pending("Acme Corp", "Jo Doe"), "You’ll be charged today", "Choose Single user and pay"),
        ] {
            let text = read(&render(&view, &sale(), "token"));
            assert!(text.contains(note) && text.contains(button), "{note}: {text}");
        }
    }

    #[test]
    fn forms_send_the_plan_and_the_token() {
        let page = render(&trial(), &sale(), "token-of-this-page").0;
        for plan in ["single", "team"] {
            let form = format!(
                r#"action="/billing/checkout"><input type="hidden" name="plan" value="{plan}"><input type="hidden" name="form_token" value="token-of-this-page">"#
            );
            assert!(page.contains(&form), "{page}");
        }
        assert!(!page.contains(PORTAL), "there is no plan to manage yet");
    }

    #[test]
    fn portal_replaces_the_plans_when_a_plan_is_chosen() {
        for status in SubscriptionStatus::ALL {
            let page = render(&subscribed(status), &sale(), "token").0;
            assert_eq!(page.contains(CHECKOUT), status.is_over(), "{status}: {page}");
            assert!(page.contains(PORTAL), "{status}: {page}");
            let incomplete = status == SubscriptionStatus::Incomplete;
            assert_eq!(page.contains(label::COMPLETE_PAYMENT), incomplete, "{status}: {page}");
        }
    }

    #[test]
    fn cards_show_prices_and_recommend_the_plan_that_fits() {
        let card_of = |plan, sale: &Sale| read(&card(plan, sale, FirstCharge::Now, "token"));
        let team = card_of(Plan::Team, &sale());
        assert!(team.contains("€29.00 per month"), "{team}");
        let alone = card_of(Plan::Single, &sale());
        assert!(alone.contains("Recommended €9.00 per month"), "{alone}");
        assert!(!team.contains("Recommended"), "{team}");

        let mut with_guest = sale();
        with_guest.people.invited = 1;
        assert!(card_of(Plan::Team, &with_guest).contains("Recommended"));
        assert!(card_of(Plan::Single, &with_guest).contains("Choose Single user"));

        let mut three = sale();
        three.people.members = 3;
        let single = card_of(Plan::Single, &three);
        assert!(single.contains("You have 3 members") && !single.contains("Choose"), "{single}");

        let mut unknown = sale();
        unknown.prices = [None, unknown.prices[1].clone().map(|price| ListPrice { active: false, ..price })];
        let single = card_of(Plan::Single, &unknown);
        assert!(single.contains("Choose Single user") && !single.contains('€'), "{single}");
        let team = card_of(Plan::Team, &unknown);
        assert!(team.contains("isn’t available") && !team.contains("Choose"), "{team}");
    }
}
