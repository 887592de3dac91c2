//! The envelope of an event.

use super::objects::{Scene, charge, checkout_session, customer, dispute, generic, invoice, subscription};
use super::payer::Payer;
use super::seed::Seed;
use super::spec::{EventSpec, RequestError};
use super::subject::Subject;
use super::{objects::SubscriptionState, path};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Builds the snapshot event that a spec asks for, as it happens at `now`, with the shape of its API version.
///
/// `price` is the price id of the subscription. Source of the shapes: docs.stripe.com, "The Event object" and the
/// pages of the objects.
///
/// # Errors
/// One fault for each path of `set` that does not fit the event.
pub fn build_event(
    spec: &EventSpec,
    price: &str,
    seed: &Seed,
    now: Timestamp,
) -> Result<Value, Vec<RequestError>> {
    let scene = Scene {
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
        "created": scene.now,
        "data": content(&spec.event_type, &scene),
        "livemode": false,
        "pending_webhooks": 1,
        "request": { "id": null, "idempotency_key": null },
        "type": spec.event_type,
    });
    let faults: Vec<RequestError> = spec
        .set
        .iter()
        .filter_map(|(at, value)| {
            let bad = path::set(&mut event, &place(at), value.clone()).err()?;
            Some(RequestError::new(format!("set.{at}"), bad.to_string()))
        })
        .collect();
    if faults.is_empty() { Ok(event) } else { Err(faults) }
}

/// The fields of an event itself: what a path of `set` begins with otherwise is meant of its object.
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

fn place(path: &str) -> Cow<'_, str> {
    match path.split('.').next() {
        Some("previous_attributes") => format!("data.{path}").into(),
        Some(first) if !first.is_empty() && !ENVELOPE.contains(&first) => {
            format!("data.object.{path}").into()
        }
        _ => path.into(),
    }
}

/// The event's `data`: the object, and for an update what it was before.
fn content(event_type: &str, scene: &Scene<'_>) -> Value {
    let subject = Subject::of(event_type);
    let object = match subject {
        Subject::Invoice(state) => invoice(scene, state),
        Subject::Subscription(state) => subscription(scene, state),
        Subject::CheckoutSession => checkout_session(scene),
        Subject::Customer => customer(scene),
        Subject::RefundedCharge => charge(scene),
        Subject::Dispute => dispute(scene),
        Subject::Other => generic(scene, event_type),
    };
    let mut data = Map::from_iter([("object".to_owned(), object)]);
    if subject == Subject::Subscription(SubscriptionState::Updated) {
        // The usual update is a renewal: only the latest invoice is another one.
        let before = json!({ "latest_invoice": scene.seed.id("in_before") });
        data.insert("previous_attributes".to_owned(), before);
    }
    Value::Object(data)
}
