//! Parses a subscription and the prices of an invoice.

use std::collections::BTreeSet;

use domain::billing::{
    Change, CustomerId, FactKind, Interval, InvoiceId, Item, MAX_AMOUNT, Money, Pause, Previous,
    PreviousCancel, SubscriptionFact, SubscriptionId, SubscriptionStatus,
};
use jiff::Timestamp;

use webhook_signature::json::Tree;

use crate::{
    price::{MAX_PRICE_BYTES, unit_amount},
    read::{FieldError, Json},
};

const ITEM_PRICE: [&str; 2] = ["/price/id", "/plan/id"];
const LINE_PRICE: [&str; 4] =
    ["/pricing/price_details/price", "/pricing/price_details/price/id", "/price/id", "/plan/id"];
/// Maximum number of items that are stored. Stripe allows 20 items for a subscription.
const MAX_ITEMS: usize = 20;

/// Parses the subscription of an event. `previous` is the event's `previous_attributes`.
pub(crate) fn subscription(
    object: Json<'_>,
    change: Change,
    previous: Option<Json<'_>>,
) -> Result<FactKind, FieldError> {
    let status = object.text(&["/status"]).ok_or(FieldError::Missing("/status"))?;
    let status = SubscriptionStatus::parse(status)
        .ok_or_else(|| FieldError::wrong("/status", "not a known status"))?;
    let items = items(object)?;
    let cancel_at = match object.time("/cancel_at")? {
        None if object.flag("/cancel_at_period_end") => items.iter().find_map(|item| item.period_end),
        at => at,
    };
    Ok(FactKind::Subscription {
        subscription: object.own_id("/id", SubscriptionId::parse)?,
        customer: object.own_id("/customer", CustomerId::parse)?,
        fact: SubscriptionFact {
            change,
            status,
            previous: previous.map(|previous| read_previous(previous, &items)).unwrap_or_default(),
            items,
            trial_end: object.time("/trial_end")?,
            cancel_at,
            paused: pause(object)?,
            latest_invoice: object.id(&["/latest_invoice"], InvoiceId::parse).unwrap_or_default(),
            fixed_amount: has_fixed_amount(object),
            lacks_payment_method: lacks_payment_method(object),
        },
    })
}

/// Returns the ids of the prices of an invoice's lines.
pub(crate) fn line_prices(invoice: Json<'_>) -> Vec<String> {
    let prices = invoice.list("/lines/data").filter_map(|line| price_id(line, &LINE_PRICE));
    prices.take(MAX_ITEMS).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Returns the ids of the prices of a subscription's items.
#[cfg(feature = "client")]
pub(crate) fn item_prices(subscription: Json<'_>) -> impl Iterator<Item = &str> {
    subscription.list("/items/data").filter_map(|item| item.text(&ITEM_PRICE))
}

fn price_id(item: Json<'_>, paths: &[&str]) -> Option<String> {
    item.text(paths).filter(|price| price.len() <= MAX_PRICE_BYTES).map(str::to_owned)
}

/// Returns the items of a subscription. Very old API versions have no items but one plan.
fn items(object: Json<'_>) -> Result<Vec<Item>, FieldError> {
    let whole_period = object.time("/current_period_end")?;
    let mut items = Vec::new();
    for item in object.list("/items/data").take(MAX_ITEMS) {
        let Some(price) = price_id(item, &ITEM_PRICE) else { continue };
        items.push(Item {
            price,
            plan: None,
            period_end: item.time("/current_period_end")?.or(whole_period),
            amount: amount(item),
            interval: interval(item),
        });
    }
    if items.is_empty()
        && let Some(price) = price_id(object, &["/plan/id"])
    {
        items.push(Item { period_end: whole_period, ..Item::of_price(price) });
    }
    Ok(items)
}

/// Returns price × quantity of an item. Returns `None` if the price is not per unit, or if the
/// amount depends on the usage.
fn amount(item: Json<'_>) -> Option<Money> {
    let unit = unit_amount(item.at("/price")?)?;
    let quantity = item.at("/quantity").map_or(Some(1), Json::whole)?;
    let amount = unit.amount.checked_mul(quantity).filter(|amount| *amount <= MAX_AMOUNT)?;
    Some(Money { amount, ..unit })
}

fn interval(item: Json<'_>) -> Option<Interval> {
    let every = item.at("/price/recurring/interval_count").map_or(Some(1), Json::whole)?;
    item.text(&["/price/recurring/interval"]).and_then(Interval::parse).filter(|_| every == 1)
}

/// Returns whether the subscription has no payment method and its trial ends by cancelation or
/// pause (Stripe's page "Use trial periods on subscriptions").
fn lacks_payment_method(object: Json<'_>) -> bool {
    let methods = [
        "/default_payment_method",
        "/default_source",
        "/customer/invoice_settings/default_payment_method",
        "/customer/default_source",
    ];
    let stops = object.text(&["/trial_settings/end_behavior/missing_payment_method"]);
    matches!(stops, Some("cancel" | "pause")) && methods.iter().all(|path| object.at(path).is_none())
}

/// Returns whether neither a discount nor a tax changes the amount of the items.
fn has_fixed_amount(object: Json<'_>) -> bool {
    let empty = |it: Json<'_>, path| it.list(path).next().is_none();
    object.at("/discount").is_none()
        && empty(object, "/discounts")
        && empty(object, "/default_tax_rates")
        && !object.flag("/automatic_tax/enabled")
        && object.list("/items/data").all(|item| empty(item, "/discounts") && empty(item, "/tax_rates"))
}

fn pause(object: Json<'_>) -> Result<Option<Pause>, FieldError> {
    let resumes_at = object.time("/pause_collection/resumes_at")?;
    Ok(object.at("/pause_collection").map(|_| Pause { resumes_at }))
}

/// Parses the previous values. A value of an unexpected type counts as not changed, because it only
/// orders the events of one second.
///
/// At a renewal, Stripe states the previous items because their period changed. The prices of
/// `items` then stay the same, so they do not count as changed.
fn read_previous(previous: Json<'_>, items: &[Item]) -> Previous {
    let status = previous.text(&["/status"]).and_then(SubscriptionStatus::parse);
    let has = |path: &str| previous.0.pointer(path).is_some();
    let time = |path: &'static str| previous.time(path).ok();
    let prices: BTreeSet<String> =
        previous.list("/items/data").filter_map(|item| price_id(item, &ITEM_PRICE)).collect();
    let plan = price_id(previous, &["/plan/id"]).map(|price| BTreeSet::from([price]));
    Previous {
        status,
        trial_end: has("/trial_end").then(|| time("/trial_end")).flatten(),
        cancel: previous_cancel(previous),
        paused: has("/pause_collection").then(|| pause(previous).ok()).flatten(),
        prices: Some(prices).filter(|prices| !prices.is_empty()).or(plan).filter(|prices| {
            let now: BTreeSet<&str> = items.iter().map(|item| item.price.as_str()).collect();
            !prices.iter().map(String::as_str).eq(now)
        }),
    }
}

/// Returns the scheduled end before the event. Stripe states its time, or only that the
/// subscription was to end with its period.
fn previous_cancel(previous: Json<'_>) -> Option<PreviousCancel> {
    let stated = previous.0.pointer("/cancel_at");
    let flag = previous.0.pointer("/cancel_at_period_end");
    let at = previous.time("/cancel_at").ok().flatten().filter(|at| *at > Timestamp::UNIX_EPOCH);
    match (at, flag, stated) {
        (Some(at), ..) => Some(PreviousCancel::At(at)),
        (None, Some(Tree::Bool(true)), _) => Some(PreviousCancel::Scheduled),
        (None, Some(Tree::Bool(false)), _) | (None, _, Some(Tree::Null)) => Some(PreviousCancel::Unscheduled),
        _ => None,
    }
}
