//! The objects that events carry, one page of Stripe's API reference each.

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
pub(super) use subscription::{SubscriptionState, subscription};

use super::payer::Payer;
use super::seed::Seed;

/// What a month costs, in the smallest unit of [`CURRENCY`].
const AMOUNT: i64 = 2900;
/// The currency of every object.
const CURRENCY: &str = "usd";
/// Seconds of a day.
const DAY: i64 = 86_400;
/// Seconds from one bill to the next.
const MONTH: i64 = 30 * DAY;

/// What all objects of one event agree on.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    /// Whose objects they are.
    pub(super) payer: Payer,
    /// Where new ids come from.
    pub(super) seed: &'a Seed,
    /// The moment, in seconds since 1970.
    pub(super) now: i64,
    /// Whether the shapes are those of "basil" and newer.
    pub(super) basil: bool,
    /// The price id of the subscription.
    pub(super) price: &'a str,
}

/// Adds the fields of one object to another, as far as both are objects.
fn extend(object: &mut serde_json::Value, more: serde_json::Value) {
    if let (Some(fields), serde_json::Value::Object(more)) = (object.as_object_mut(), more) {
        fields.extend(more);
    }
}
