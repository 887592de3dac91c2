//! What can be made: customers, Checkouts and their end, visits to the portal.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::params::Params;
use super::refusal::Refusal;
use crate::stripe_mock::session::{CheckoutSession, PortalSession, Progress};
use crate::stripe_mock::transition::Transition;

/// A trial that a Checkout carries ends at least so far ahead. Source: docs.stripe.com, "Create a Checkout Session",
/// `subscription_data.trial_end`.
const SHORTEST_TRIAL: SignedDuration = SignedDuration::from_hours(48);

/// Parameters of a Checkout that are known and change nothing here.
const WITHOUT_EFFECT: [&str; 7] = [
    "allow_promotion_codes",
    "automatic_tax[enabled]",
    "billing_address_collection",
    "locale",
    "payment_method_collection",
    "payment_method_types[0]",
    "ui_mode",
];

/// `POST /v1/customers`
pub(super) fn customer(turn: &mut Transition<'_>, mut params: Params) -> Result<Value, Refusal> {
    let email = params.text("email")?;
    let name = params.text("name")?;
    let metadata = params.metadata("metadata")?;
    params.finish()?;
    if let Some(email) = email.as_deref().filter(|email| !is_address(email)) {
        return Err(Refusal::not_an_address(email));
    }
    let id = turn.create_customer(email, name, metadata);
    turn.book
        .customer(&id)
        .map(|customer| customer.to_json())
        .ok_or_else(|| Refusal::not_found("customer", &id))
}

/// `POST /v1/checkout/sessions`
pub(super) fn checkout(turn: &mut Transition<'_>, mut params: Params) -> Result<Value, Refusal> {
    let mode = params.required("mode")?;
    let session = CheckoutSession {
        id: turn.id("cs_test"),
        customer: params.text("customer")?,
        price: params.required("line_items[0][price]")?,
        quantity: quantity(&mut params)?,
        success_url: params.url("success_url")?.ok_or_else(|| Refusal::missing("success_url"))?,
        cancel_url: params.url("cancel_url")?,
        client_reference_id: params.text("client_reference_id")?,
        metadata: params.metadata("metadata")?,
        subscription_metadata: params.metadata("subscription_data[metadata]")?,
        trial_end: trial_end(turn, &mut params)?,
        created: turn.now,
        number: turn.book.checkouts.len(),
        progress: Progress::Open,
        subscription: None,
        invoice: None,
    };
    for name in WITHOUT_EFFECT {
        params.text(name)?;
    }
    params.finish()?;
    if mode != "subscription" {
        return Err(Refusal::invalid(
            "mode",
            "The local stand-in knows Checkouts of mode subscription only.",
        ));
    }
    let Some(price) = turn.account.find_price(&session.price) else {
        return Err(Refusal::no_such("price", &session.price, "line_items[0][price]"));
    };
    if let Some(id) = session.customer.as_deref().filter(|id| turn.book.customer(id).is_none()) {
        return Err(Refusal::no_such("customer", id, "customer"));
    }
    let customer = session.customer.as_deref().and_then(|id| turn.book.customer(id));
    let object = session.object(price, customer, &turn.account.origin);
    turn.book.checkouts.insert(session.id.clone(), session);
    Ok(object)
}

/// `POST /v1/checkout/sessions/{id}/expire`
pub(super) fn expiry(turn: &mut Transition<'_>, id: &str, params: Params) -> Result<Value, Refusal> {
    params.finish()?;
    let session = turn.book.checkouts.get(id).ok_or_else(|| Refusal::not_found("checkout.session", id))?;
    if session.progress != Progress::Open {
        return Err(Refusal::not_open(session.progress.as_str()));
    }
    turn.expire(id);
    let session = turn.book.checkouts.get(id).ok_or_else(|| Refusal::not_found("checkout.session", id))?;
    let customer = session.customer.as_deref().and_then(|id| turn.book.customer(id));
    Ok(session.object(turn.account.price(&session.price), customer, &turn.account.origin))
}

/// `POST /v1/billing_portal/sessions`
pub(super) fn portal(turn: &mut Transition<'_>, mut params: Params) -> Result<Value, Refusal> {
    let session = PortalSession {
        id: turn.id("bps"),
        customer: params.required("customer")?,
        return_url: params.url("return_url")?,
        created: turn.now,
    };
    params.text("locale")?;
    params.finish()?;
    if turn.book.customer(&session.customer).is_none() {
        return Err(Refusal::no_such("customer", &session.customer, "customer"));
    }
    let object = session.object(&turn.account.origin);
    turn.book.portals.insert(session.id.clone(), session);
    Ok(object)
}

fn quantity(params: &mut Params) -> Result<u32, Refusal> {
    const NAME: &str = "line_items[0][quantity]";
    let given = params.whole(NAME)?.ok_or_else(|| Refusal::missing(NAME))?;
    match u32::try_from(given) {
        Ok(quantity @ 1..=999_999) => Ok(quantity),
        _ => Err(Refusal::invalid(NAME, "This value must be greater than or equal to 1.")),
    }
}

fn trial_end(turn: &Transition<'_>, params: &mut Params) -> Result<Option<Timestamp>, Refusal> {
    const NAME: &str = "subscription_data[trial_end]";
    let Some(seconds) = params.whole(NAME)? else { return Ok(None) };
    let end = Timestamp::from_second(seconds)
        .map_err(|_| Refusal::invalid(NAME, format!("Invalid timestamp: {seconds}")))?;
    if end.duration_since(turn.now) < SHORTEST_TRIAL {
        let message = "The `trial_end` date has to be at least 2 days in the future.";
        return Err(Refusal::invalid(NAME, message));
    }
    Ok(Some(end))
}

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !text.contains(char::is_whitespace)
    })
}
