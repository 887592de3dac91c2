//! Texts of the billing section.

use domain::billing::{Conflict, CustomerId, Surplus};
use maud::{Markup, html};

use super::organization::status;

pub const TITLE: &str = "Billing";
pub const CONFLICTS: &str = "Billing conflicts";
pub const WITHOUT_EFFECT: &str = "Payments without effect";
pub const PLAN: &str = "Plan";
pub const NO_PLAN: &str = "none";
pub const UNKNOWN_PLAN: &str = "a price of no plan";
pub const NEXT: &str = "Next";
pub const NOTHING: &str = "nothing";
pub const PRICE: &str = "Price";
pub const NOT_COUNTED: &str = "does not count";
pub const NO_EVENTS: &str = "No Stripe events yet.";
pub const OPEN_STRIPE: &str = "Open in Stripe";
pub const CUSTOMER: &str = "Customer";
pub const SUBSCRIPTION: &str = "Subscription";
pub const SUBSCRIPTION_WITHOUT_EVENTS: &str = "no events";
pub const PAUSED: &str = "payments paused";
pub const INVOICE: &str = "Invoice";
pub const CLOSED: &str = "closed";

/// Returns the badge of a paid invoice.
pub fn paid(amount: &str) -> String {
    format!("paid {amount}")
}

/// Returns the amount of an invoice that is not paid yet.
pub fn due(amount: &str) -> String {
    format!("{amount} due")
}

/// Returns the amount of a plan. The text follows the plan.
pub fn amount(amount: &str, interval: Option<&str>) -> String {
    match interval {
        Some(interval) => format!(", {amount} per {interval}"),
        None => format!(", {amount}"),
    }
}

/// Returns the next charge or end: its kind, its date, and its amount.
pub fn next(kind: &str, date: Option<&Markup>, amount: Option<&str>) -> Markup {
    html! {
        (status(kind))
        @if let Some(date) = date { ", " (date) }
        @if let Some(amount) = amount { ", " (amount) }
    }
}

/// Describes a payment without effect in a sentence.
pub fn surplus(surplus: &Surplus) -> String {
    match surplus {
        Surplus::DoubleSubscription { subscriptions } => {
            let ids: Vec<_> = subscriptions.iter().map(ToString::to_string).collect();
            format!("Several subscriptions are live: {}.", ids.join(", "))
        }
        Surplus::PaidAfterEnd { invoice, .. } => format!("{invoice} was paid after its subscription ended."),
    }
}

/// Describes a billing conflict in a sentence. `linked` is the customer of the organization.
pub fn conflict(conflict: &Conflict, linked: Option<&CustomerId>) -> String {
    match (conflict, linked) {
        (Conflict::Customer { customer }, Some(linked)) => {
            format!("Events for {customer} name this organization, but it is linked to {linked}.")
        }
        (Conflict::Customer { customer }, None) => format!(
            "Events for {customer} name this organization, but the customer is linked to another one."
        ),
        (Conflict::Session { event }, _) => {
            format!("The Checkout session of {event} also names another organization.")
        }
        (Conflict::Content { event }, _) => format!("{event} arrived with two different payloads."),
        (Conflict::Late { event }, _) => format!(
            "{event} arrived too late and had no effect, because the details of that time are no longer stored."
        ),
    }
}
