//! The billing of an organization as JSON.

use domain::{
    billing::{Billing, Currency, Invoice, Issue, Money, Subscription},
    org::Org,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::words::billing as text;

/// Subscriptions and invoices of an organization, and what is wrong with them.
#[derive(Debug, Serialize)]
pub struct BillingOut {
    customer: Option<String>,
    subscriptions: Vec<SubscriptionOut>,
    invoices: Vec<InvoiceOut>,
    issue: Option<&'static str>,
    conflicts: Vec<String>,
    /// Payments that have no effect on the organization, one sentence each.
    without_effect: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SubscriptionOut {
    id: String,
    customer: String,
    status: Option<&'static str>,
    /// Whether the subscription counts for the organization.
    counts: bool,
    /// Ids of the prices of its items.
    prices: Vec<String>,
    heard_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct InvoiceOut {
    id: String,
    created: Timestamp,
    /// Amount paid, in the currency's smallest unit.
    paid: Option<u64>,
    /// Amount that was still to be paid after the newest failed attempt.
    due: Option<u64>,
    /// Currency of the amounts. Null if it is not known.
    currency: Option<String>,
    issue: Option<&'static str>,
}

impl BillingOut {
    /// Converts the billing of an organization at `now`.
    pub fn of(org: &Org, now: Timestamp) -> Self {
        let billing = &org.billing;
        let subscriptions = billing.subscriptions.iter().map(|(id, it)| SubscriptionOut {
            id: id.to_string(),
            customer: it.customer.to_string(),
            status: it.status(now).map(|status| status.as_str()),
            counts: it.counts(),
            prices: prices(it),
            heard_at: it.newest().max(it.paid_at),
        });
        let invoices = billing.invoices.iter().map(|(id, it)| InvoiceOut {
            id: id.to_string(),
            created: it.created,
            paid: it.paid,
            due: it.due.map(|(_, due)| due.amount),
            currency: currency(it, billing).map(|currency| currency.as_str().to_owned()),
            issue: it.issue().map(|(kind, _)| kind.as_str()),
        });
        Self {
            customer: billing.customer.as_ref().map(ToString::to_string),
            subscriptions: subscriptions.collect(),
            invoices: invoices.collect(),
            issue: billing.issue().map(|Issue { kind, .. }| kind.as_str()),
            conflicts: billing
                .conflicts()
                .iter()
                .map(|conflict| text::conflict(conflict, billing.customer.as_ref()))
                .collect(),
            without_effect: billing.surplus(now).iter().map(text::surplus).collect(),
        }
    }
}

/// Returns the ids of the prices of a subscription's items.
pub fn prices(subscription: &Subscription) -> Vec<String> {
    let fact = subscription.effective_fact();
    fact.map(|fact| fact.prices().map(str::to_owned).collect()).unwrap_or_default()
}

/// Returns the currency of an invoice. Only a failed invoice reports it, but all invoices of a
/// subscription have the currency of its items.
fn currency(invoice: &Invoice, billing: &Billing) -> Option<Currency> {
    let of_items = || {
        let subscription = billing.subscriptions.get(invoice.subscription.as_ref()?)?;
        let mut amounts = subscription.effective_fact()?.items.iter().filter_map(|item| item.amount);
        amounts.next().map(|amount| amount.currency)
    };
    invoice.due.map(|(_, due)| due.currency).or_else(of_items)
}

/// Returns the amount of a paid invoice with the decimals of its currency. If the currency is not
/// known, the amount is in the smallest unit.
pub fn amount_text(amount: u64, invoice: &Invoice, billing: &Billing) -> String {
    match currency(invoice, billing) {
        Some(currency) => Money { amount, currency }.to_string(),
        None => amount.to_string(),
    }
}
