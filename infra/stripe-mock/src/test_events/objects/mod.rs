//! Builders of the objects in events, one module per page of Stripe's API reference.

mod charge;
mod checkout_session;
mod customer;
mod generic;
mod invoice;
mod price;
mod subscription;

pub(super) use charge::{charge, dispute};
pub(super) use checkout_session::checkout_session;
pub(super) use customer::customer;
pub(super) use generic::generic;
pub(super) use invoice::{InvoiceState, invoice};
pub(super) use price::price;
pub(super) use subscription::{SubscriptionState, subscription};

use super::{payer::Payer, seed::Seed};

/// Monthly price, in the smallest unit of [`CURRENCY`].
const AMOUNT: i64 = 2900;
const CURRENCY: &str = "usd";
/// Length of a day in seconds.
const DAY: i64 = 86_400;
/// Length of a billing period in seconds.
const MONTH: i64 = 30 * DAY;

/// Values that all objects of one event share.
#[derive(Debug)]
pub(super) struct EventContext<'a> {
    pub(super) payer: Payer,
    pub(super) seed: &'a Seed,
    /// Time of the event, in seconds since 1970.
    pub(super) now: i64,
    /// Whether the objects have the format of "basil" or newer.
    pub(super) basil: bool,
    /// Price id of the subscription.
    pub(super) price: &'a str,
}

/// Adds the fields of one object to another. Other values stay unchanged.
fn extend(object: &mut serde_json::Value, more: serde_json::Value) {
    if let (Some(fields), serde_json::Value::Object(more)) = (object.as_object_mut(), more) {
        fields.extend(more);
    }
}
