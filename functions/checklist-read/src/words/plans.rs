//! Texts about the plans, and the button that opens the billing portal.

use std::fmt::Display;

use domain::billing::{Interval, Plan};
use maud::{Markup, Render, html};

/// Returns the name of a plan.
pub const fn name(plan: Plan) -> &'static str {
    match plan {
        Plan::Single => SINGLE,
        Plan::Team => TEAM,
    }
}

/// Returns for whom a plan is, and what it includes that other plans do not.
pub const fn about(plan: Plan) -> (&'static str, &'static [&'static str]) {
    match plan {
        Plan::Single => (SINGLE_TEXT, &SINGLE_FEATURES),
        Plan::Team => (TEAM_TEXT, &TEAM_FEATURES),
    }
}

/// Returns the name of a plan with its price, such as "Team, €29.00 per month".
pub fn with_price(plan: Plan, amount: Option<impl Display>, interval: Option<Interval>) -> String {
    match (amount, interval) {
        (Some(amount), Some(interval)) => format!("{}, {amount} {}", name(plan), per(interval, 1)),
        (Some(amount), None) => format!("{}, {amount}", name(plan)),
        (None, _) => name(plan).to_owned(),
    }
}

pub const TITLE: &str = "Plans";
pub const IN_EVERY_PLAN: &str = "Both plans include all projects, clients, and reports.";
pub const RECOMMENDED: &str = "Recommended";
pub const SINGLE: &str = "Single user";
pub const SINGLE_TEXT: &str = "For one person.";
pub const SINGLE_FEATURES: [&str; 1] = ["One user"];
pub const TEAM: &str = "Team";
pub const TEAM_TEXT: &str = "For teams of any size.";
pub const TEAM_FEATURES: [&str; 2] = ["Invite as many people as you like", "Admins and members"];
pub const NOT_SOLD: &str = "This plan isn’t available right now.";
pub const VIEW_INVOICES: &str = "View invoices and payment details";
pub const MANAGE: &str = "Manage plan and billing";
pub const MANAGED_BY_TEAM: &str = "Your plan is managed by our team. Contact us to change it.";
pub const MANAGE_TEXT: &str = "Change or cancel your plan, update your payment method, or view invoices.";
pub const FIRST_PAYMENT_TEXT: &str = "Your first payment is pending. Pay with this or another card. If \
                                      you don’t pay within a day, the plan is canceled and you can \
                                      choose again.";
pub const CHARGE_LATER: &str = "You won’t be charged today";
pub const CHARGE_TODAY: &str = "You’ll be charged today";
pub const CHARGE_TODAY_TEXT: &str = "Your plan starts immediately with full access.";
pub const CHARGE_TODAY_TRIAL_TEXT: &str = "Your trial has less than 48 hours left, which is too short to \
                                           carry over. Your plan starts immediately.";

/// Returns how often a price is charged, such as "per month" or "every 3 months".
pub fn per(interval: Interval, count: u64) -> String {
    let unit = interval.as_str();
    if count == 1 { format!("per {unit}") } else { format!("every {count} {unit}s") }
}

pub fn too_few_seats(seats: usize, members: usize) -> String {
    let people = if seats == 1 { "one person".to_owned() } else { format!("{seats} people") };
    format!("You have {members} members, and this plan is for {people}.")
}

pub fn charge_later(date: &impl Render) -> Markup {
    html! { "Your trial continues until " (date) ". We’ll charge you then, not today." }
}

pub fn several_subscriptions(count: usize) -> String {
    let count = if count == 2 { "two".to_owned() } else { count.to_string() };
    format!("You’re paying for {count} subscriptions")
}

pub const SEVERAL_SUBSCRIPTIONS_TEXT: &str =
    "Cancel the ones you don’t need under “Manage plan and billing”. Our team has been notified.";

pub fn choose(plan: impl Display) -> String {
    format!("Choose {plan}")
}

pub fn choose_and_pay(plan: impl Display) -> String {
    format!("Choose {plan} and pay")
}
