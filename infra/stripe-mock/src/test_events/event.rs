//! Builder of complete events: the envelope, with the object of the event type.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    objects::{
        EventContext, SubscriptionState, charge, checkout_session, customer, dispute, generic, invoice,
        price, subscription,
    },
    path,
    payer::Payer,
    seed::Seed,
    spec::{EventSpec, RequestError},
    subject::Subject,
};

/// Builds the snapshot event that `spec` describes. The event has the time `now` and the format of
/// the spec's API version.
///
/// `price` is the price id of the subscription. Source of the formats: docs.stripe.com, "The Event
/// object" and the pages of the objects.
///
/// # Errors
/// Returns one error for each path in `spec.set` that does not fit the event.
pub fn build_event(
    spec: &EventSpec,
    price: &str,
    seed: &Seed,
    now: Timestamp,
) -> Result<Value, Vec<RequestError>> {
    let context = EventContext {
        payer: Payer::new(spec, seed),
        seed,
        now: now.as_second(),
        basil: spec.api_version.is_basil_or_newer(),
        price,
    };
    let mut event = json!({
        "id": seed.id("evt"),
        "object": "event",
        "api_version": spec.api_version.as_str(),
        "created": context.now,
        "data": event_data(&spec.event_type, &context),
        "livemode": false,
        "pending_webhooks": 1,
        "request": { "id": null, "idempotency_key": null },
        "type": spec.event_type,
    });
    let errors: Vec<RequestError> = spec
        .set
        .iter()
        .filter_map(|(at, value)| {
            let error = path::set(&mut event, &full_path(at), value.clone()).err()?;
            Some(RequestError::new(format!("set.{at}"), error.to_string()))
        })
        .collect();
    if errors.is_empty() { Ok(event) } else { Err(errors) }
}

/// Top-level fields of an event. If a path in `set` starts with a different name, [`full_path`]
/// places it below `data.object`, or below `data` for `previous_attributes`.
const ENVELOPE: [&str; 11] = [
    "id",
    "object",
    "api_version",
    "account",
    "context",
    "created",
    "data",
    "livemode",
    "pending_webhooks",
    "request",
    "type",
];

/// Adds the prefix `data` or `data.object` to a path that does not start with a top-level field.
fn full_path(path: &str) -> Cow<'_, str> {
    match path.split('.').next() {
        Some("previous_attributes") => format!("data.{path}").into(),
        Some(first) if !first.is_empty() && !ENVELOPE.contains(&first) => {
            format!("data.object.{path}").into()
        }
        _ => path.into(),
    }
}

/// Returns the event's `data`: the object, and the previous attributes of an update.
fn event_data(event_type: &str, context: &EventContext<'_>) -> Value {
    let subject = Subject::of(event_type);
    let object = match subject {
        Subject::Invoice(state) => invoice(context, state),
        Subject::Subscription(state) => subscription(context, state),
        Subject::CheckoutSession => checkout_session(context),
        Subject::Customer => customer(context),
        Subject::RefundedCharge => charge(context),
        Subject::Dispute => dispute(context),
        Subject::Price => price(context),
        Subject::Other => generic(context, event_type),
    };
    let mut data = Map::from_iter([("object".to_owned(), object)]);
    if subject == Subject::Subscription(SubscriptionState::Updated) {
        // The default update is a renewal, in which only the latest invoice changes.
        let before = json!({ "latest_invoice": context.seed.id("in_before") });
        data.insert("previous_attributes".to_owned(), before);
    }
    Value::Object(data)
}
