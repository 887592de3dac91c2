//! The plans: what can be chosen, and what happens then; or where the chosen one is looked after.

use domain::{checkout::FirstCharge, status::Status};
use maud::{Markup, html};
use web::ui::{Tone, Weight, hidden, note, post_button, submit};

use super::moment;
use crate::view::View;

/// Where a plan is chosen.
const CHECKOUT: &str = "/billing/checkout";
/// Where a chosen one is looked after.
pub const PORTAL: &str = "/billing/portal";

/// A plan that can be had.
struct Plan {
    /// The word that the form sends.
    word: &'static str,
    name: &'static str,
    about: &'static str,
    brings: [&'static str; 3],
}

const PLANS: [Plan; 2] = [
    Plan {
        word: "single",
        name: "Single user",
        about: "For one person who works alone.",
        brings: ["All projects and clients", "All reports", "One person"],
    },
    Plan {
        word: "team",
        name: "Team",
        about: "For people who work together.",
        brings: ["All projects and clients", "All reports", "As many people as you invite"],
    },
];

/// The plans, for admins. `token` makes a form that is sent twice recognisable.
#[must_use]
pub fn render(view: &View, token: &str) -> Markup {
    html! {
        section aria-labelledby="plans" {
            h2 id="plans" class="section-head" { "Plans" }
            @if let Some(charge) = view.org.first_charge(view.now) {
                (what_happens(view, charge))
                ul class="cards plans" { @for plan in &PLANS { (card(plan, charge, token)) } }
                @if view.org.billing.payer().is_some() {
                    div class="actions" {
                        (post_button(Weight::Quiet, PORTAL, "Invoices and payment details", None))
                    }
                }
            } @else {
                div class="card" { (looked_after(view)) }
            }
        }
    }
}

/// What to do with the plan that was chosen.
fn looked_after(view: &View) -> Markup {
    let (text, label) = if view.org.billing.is_alive() {
        (
            "Change your plan, update how you pay, see your invoices, or end your plan.",
            "Manage plan and payment",
        )
    } else {
        let text = "The first payment of your plan is open. Pay it with this or another card; if it stays open for a day, \
                    the plan lapses, and you can choose again.";
        (text, "Finish the payment")
    };
    html! {
        p { (text) }
        div class="actions" { (post_button(Weight::Primary, PORTAL, label, None)) }
    }
}

/// When money moves, said before anything is chosen.
fn what_happens(view: &View, charge: FirstCharge) -> Markup {
    let (title, text) = match charge {
        FirstCharge::At(end) => {
            let end = moment::date(end, &view.org.zone);
            let text = html! {
                "Your trial goes on until " (end) "; the first charge is then. Choosing a plan now costs nothing today."
            };
            ("You are not charged today", text)
        }
        FirstCharge::Now if view.status() == Status::Trialing => (
            "You are charged today",
            html! { "Less than 48 hours of your trial are left, too few to carry over: your plan begins at once." },
        ),
        FirstCharge::Now => {
            ("You are charged today", html! { "Your plan begins at once, and everything is open to you." })
        }
    };
    note(Tone::Calm, "🗓️", title, &html! { p { (text) } })
}

fn card(plan: &Plan, charge: FirstCharge, token: &str) -> Markup {
    let label = match charge {
        FirstCharge::At(_) => format!("Choose {}", plan.name),
        FirstCharge::Now => format!("Choose {} and pay", plan.name),
    };
    html! {
        li class="card plan" {
            h3 { (plan.name) }
            p class="soft" { (plan.about) }
            ul { @for it in plan.brings { li { (it) } } }
            form class="plan-form" method="post" action=(CHECKOUT) {
                (hidden("plan", plan.word))
                (hidden("form_token", token))
                (submit(Weight::Secondary, &label))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::billing::SubscriptionStatus;
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{pending, read, subscribed, trial};

    #[test]
    fn when_money_moves_is_said_before_a_plan_is_chosen() {
        let hours = |hours: i64| trial().later(SignedDuration::from_hours(hours));
        for (view, words, button) in [
            (hours(0), "the first charge is then", "Choose Team"),
            (hours(12 * 24 - 1), "Your trial goes on until January 22, 2025", "Choose Single user"),
            (hours(12 * 24 + 1), "Less than 48 hours of your trial are left", "Choose Team and pay"),
            (hours(14 * 24), "You are charged today Your plan begins at once", "Choose Team and pay"),
            (pending("Acme Corp", "Jo Doe"), "You are charged today", "Choose Single user and pay"),
        ] {
            let text = read(&render(&view, "token"));
            assert!(text.contains(words) && text.contains(button), "{words}: {text}");
        }
    }

    #[test]
    fn each_form_sends_its_plan_and_the_token() {
        let page = render(&trial(), "token-of-this-page").0;
        for plan in ["single", "team"] {
            let form = format!(
                r#"action="/billing/checkout"><input type="hidden" name="plan" value="{plan}"><input type="hidden" name="form_token" value="token-of-this-page">"#
            );
            assert!(page.contains(&form), "{page}");
        }
        assert!(!page.contains(PORTAL), "there is nothing to look after yet");
    }

    #[test]
    fn who_has_a_plan_looks_after_it_instead_of_buying_another() {
        for status in SubscriptionStatus::ALL {
            let page = render(&subscribed(status), "token").0;
            assert_eq!(page.contains(CHECKOUT), status == SubscriptionStatus::Canceled, "{status}: {page}");
            assert!(page.contains(PORTAL), "{status}: {page}");
            assert_eq!(
                page.contains("Finish the payment"),
                status == SubscriptionStatus::Incomplete,
                "{status}: {page}"
            );
        }
    }
}
