//! POST operations: customers, Checkout sessions and their expiry, and portal sessions.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{error::ApiError, params::Params};
use crate::{
    session::{CheckoutSession, PortalSession, Progress},
    transition::Transition,
};

/// Minimum time from the creation of a Checkout session to the end of its trial. Source:
/// docs.stripe.com, "Create a Checkout Session", `subscription_data.trial_end`.
const MIN_TRIAL: SignedDuration = SignedDuration::from_hours(48);

/// Valid parameters of a Checkout session that have no effect in the mock.
const IGNORED_PARAMETERS: [&str; 7] = [
    "allow_promotion_codes",
    "automatic_tax[enabled]",
    "billing_address_collection",
    "locale",
    "payment_method_collection",
    "payment_method_types[0]",
    "ui_mode",
];

/// `POST /v1/customers`: creates a customer.
pub(super) fn customer(transition: &mut Transition<'_>, mut params: Params) -> Result<Value, ApiError> {
    let email = params.text("email")?;
    let name = params.text("name")?;
    let metadata = params.metadata("metadata")?;
    params.finish()?;
    if let Some(email) = email.as_deref().filter(|email| !is_address(email)) {
        return Err(ApiError::invalid_email(email));
    }
    let id = transition.create_customer(email, name, metadata);
    transition
        .state
        .customer(&id)
        .map(|customer| customer.to_json())
        .ok_or_else(|| ApiError::not_found("customer", &id))
}

/// `POST /v1/checkout/sessions`: creates an open Checkout session.
pub(super) fn checkout(transition: &mut Transition<'_>, mut params: Params) -> Result<Value, ApiError> {
    let mode = params.required("mode")?;
    let session = CheckoutSession {
        id: transition.id("cs_test"),
        customer: params.text("customer")?,
        price: params.required("line_items[0][price]")?,
        quantity: quantity(&mut params)?,
        success_url: params.url("success_url")?.ok_or_else(|| ApiError::missing("success_url"))?,
        cancel_url: params.url("cancel_url")?,
        client_reference_id: params.text("client_reference_id")?,
        metadata: params.metadata("metadata")?,
        subscription_metadata: params.metadata("subscription_data[metadata]")?,
        trial_end: trial_end(transition, &mut params)?,
        created: transition.now,
        number: transition.state.checkouts.len(),
        progress: Progress::Open,
        subscription: None,
        invoice: None,
    };
    for name in IGNORED_PARAMETERS {
        params.text(name)?;
    }
    params.finish()?;
    if mode != "subscription" {
        return Err(ApiError::invalid(
            "mode",
            "The local Stripe mock supports only Checkout sessions in mode subscription.",
        ));
    }
    let Some(price) = transition.account.find_price(&session.price) else {
        return Err(ApiError::no_such("price", &session.price, "line_items[0][price]"));
    };
    if let Some(id) = session.customer.as_deref().filter(|id| transition.state.customer(id).is_none()) {
        return Err(ApiError::no_such("customer", id, "customer"));
    }
    let customer = session.customer.as_deref().and_then(|id| transition.state.customer(id));
    let object = session.object(price, customer, &transition.account.origin);
    transition.state.checkouts.insert(session.id.clone(), session);
    Ok(object)
}

/// `POST /v1/checkout/sessions/{id}/expire`: expires an open Checkout session.
pub(super) fn expiry(transition: &mut Transition<'_>, id: &str, params: Params) -> Result<Value, ApiError> {
    params.finish()?;
    let session =
        transition.state.checkouts.get(id).ok_or_else(|| ApiError::not_found("checkout.session", id))?;
    if session.progress != Progress::Open {
        return Err(ApiError::not_open(session.progress.as_str()));
    }
    transition.expire(id);
    let session =
        transition.state.checkouts.get(id).ok_or_else(|| ApiError::not_found("checkout.session", id))?;
    let customer = session.customer.as_deref().and_then(|id| transition.state.customer(id));
    Ok(session.object(transition.account.price(&session.price), customer, &transition.account.origin))
}

/// `POST /v1/billing_portal/sessions`: creates a session of the billing portal.
pub(super) fn portal(transition: &mut Transition<'_>, mut params: Params) -> Result<Value, ApiError> {
    let session = PortalSession {
        id: transition.id("bps"),
        customer: params.required("customer")?,
        return_url: params.url("return_url")?,
        created: transition.now,
    };
    params.text("locale")?;
    params.finish()?;
    if transition.state.customer(&session.customer).is_none() {
        return Err(ApiError::no_such("customer", &session.customer, "customer"));
    }
    let object = session.object(&transition.account.origin);
    transition.state.portals.insert(session.id.clone(), session);
    Ok(object)
}

fn quantity(params: &mut Params) -> Result<u32, ApiError> {
    const NAME: &str = "line_items[0][quantity]";
    let given = params.integer(NAME)?.ok_or_else(|| ApiError::missing(NAME))?;
    match u32::try_from(given) {
        Ok(quantity @ 1..=999_999) => Ok(quantity),
        _ => Err(ApiError::invalid(NAME, "This value must be greater than or equal to 1.")),
    }
}

fn trial_end(transition: &Transition<'_>, params: &mut Params) -> Result<Option<Timestamp>, ApiError> {
    const NAME: &str = "subscription_data[trial_end]";
    let Some(seconds) = params.integer(NAME)? else { return Ok(None) };
    let end = Timestamp::from_second(seconds)
        .map_err(|_| ApiError::invalid(NAME, format!("Invalid timestamp: {seconds}")))?;
    if end.duration_since(transition.now) < MIN_TRIAL {
        let message = "The `trial_end` date has to be at least 2 days in the future.";
        return Err(ApiError::invalid(NAME, message));
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
