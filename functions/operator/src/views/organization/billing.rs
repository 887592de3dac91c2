//! Section about billing: subscriptions, invoices, conflicts, and payments without effect.

use domain::{
    billing::{Billing, Invoice, InvoiceId, Subscription, SubscriptionId},
    org::Org,
};
use jiff::Timestamp;
use maud::{Markup, html};
use stripe::Mode;
use ui::{Tone, moment, note};

use crate::{
    out::billing::{amount_text, prices},
    views::paths,
    words::{billing as text, organization::status},
};

/// Renders what Stripe reported about the organization.
pub fn render(org: &Org, mode: Mode, now: Timestamp) -> Markup {
    let billing = &org.billing;
    let (conflicts, surplus) = (billing.conflicts(), billing.surplus(now));
    html! {
        section aria-labelledby="billing" {
            h2 id="billing" class="section-head" { (text::TITLE) }
            @if !conflicts.is_empty() {
                (note(Tone::Warning, "⚠️", text::CONFLICTS, &html! {
                    ul class="note-list" { @for conflict in &conflicts { li { (text::conflict(conflict, billing.customer.as_ref())) } } }
                }))
            }
            @if !surplus.is_empty() {
                (note(Tone::Warning, "💸", text::WITHOUT_EFFECT, &html! {
                    ul class="note-list" { @for surplus in &surplus { li { (text::surplus(surplus)) } } }
                }))
            }
            @if *billing == Billing::default() {
                p class="soft" { (text::NO_EVENTS) }
            } @else {
                ul class="rows" {
                    @if let Some(customer) = &billing.customer {
                        li class="row" {
                            div class="row-text" { (text::CUSTOMER) " " code { (customer) } }
                            a class="button" href=(paths::stripe_customer(customer, mode)) rel="noreferrer" {
                                (text::OPEN_STRIPE)
                            }
                        }
                    }
                    @for (id, subscription) in &billing.subscriptions {
                        (subscription_row(id, subscription, org, now))
                    }
                    @for (id, invoice) in &billing.invoices { (invoice_row(id, invoice, org, now)) }
                }
            }
        }
    }
}

fn subscription_row(id: &SubscriptionId, subscription: &Subscription, org: &Org, now: Timestamp) -> Markup {
    html! {
        li class="row" {
            div class="row-text" {
                (text::SUBSCRIPTION) " " code { (id) }
                p class="task-facts" {
                    span { (text::CUSTOMER) " " code { (subscription.customer) } }
                    @for price in prices(subscription) { span { (text::PRICE) " " code { (price) } } }
                }
            }
            span class="badge" {
                (subscription.status(now).map_or(text::SUBSCRIPTION_WITHOUT_EVENTS, |status| status.as_str()))
            }
            @if !subscription.counts() { span class="badge" { (text::NOT_COUNTED) } }
            @if subscription.effective_fact().is_some_and(|fact| fact.paused.is_some()) {
                span class="badge" { (text::PAUSED) }
            }
            @if let Some(at) = subscription.newest() { (moment::past(at, now, &org.zone)) }
        }
    }
}

fn invoice_row(id: &InvoiceId, invoice: &Invoice, org: &Org, now: Timestamp) -> Markup {
    html! {
        li class="row" {
            div class="row-text" {
                (text::INVOICE) " " code { (id) }
                @if let (None, Some((_, due))) = (invoice.paid, invoice.due) {
                    p class="soft small" { (text::due(&due.to_string())) }
                }
            }
            span class="badge" {
                @match (invoice.paid, invoice.issue()) {
                    (Some(amount), _) => (text::paid(&amount_text(amount, invoice, &org.billing))),
                    (None, Some((kind, _))) => (status(kind.as_str())),
                    (None, None) => (text::CLOSED),
                }
            }
            (moment::past(invoice.last_event_at, now, &org.zone))
        }
    }
}
