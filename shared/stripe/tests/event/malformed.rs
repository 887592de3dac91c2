//! Tests of bodies that are not valid events.

use domain::billing::MAX_AMOUNT;
use proptest::prelude::*;

use super::*;

#[test]
fn missing_or_invalid_fields_are_named() {
    let good = event(NEWEST, "invoice.paid", &invoice(NEWEST), &Value::Null);
    for (path, value, expected) in [
        ("/id", Value::Null, "/id is missing"),
        ("/id", json!("evt#1"), "/id is not the id of an event"),
        ("/type", json!(7), "/type is missing"),
        ("/created", Value::Null, "/created is missing"),
        ("/created", json!("2026-01-01T00:00:00Z"), "/created is not a whole number"),
        ("/created", json!(i64::MAX), "/created is not a time"),
        ("/created", json!(-1), "/created is not a time"),
        ("/data", json!([]), "/data/object is missing"),
        ("/data/object", Value::Null, "/data/object is missing"),
        ("/data/object/id", Value::Null, "/id is missing"),
        ("/data/object/customer", Value::Null, "/customer is missing"),
        ("/data/object/customer", json!({}), "/customer is not the id of a customer"),
        ("/data/object/amount_paid", Value::Null, "/amount_paid is missing"),
        ("/data/object/amount_paid", json!(-1), "/amount_paid is not an amount"),
        ("/data/object/amount_paid", json!("2900"), "/amount_paid is not an amount"),
        ("/data/object/amount_paid", json!(29.5), "/amount_paid is not an amount"),
        ("/data/object/amount_paid", json!(MAX_AMOUNT + 1), "/amount_paid is not an amount"),
        (
            "/data/object/parent/subscription_details/subscription",
            json!("sub 1"),
            "is not the id of a subscription",
        ),
    ] {
        let mut event = good.clone();
        *event.pointer_mut(path).unwrap() = value;
        let reason = reason(&event);
        assert!(reason.contains(expected), "{path}: {reason}");
    }
    let mut edges = good;
    edges["created"] = json!(0);
    edges["data"]["object"]["amount_paid"] = json!(MAX_AMOUNT);
    assert_eq!(parse(&edges).unwrap().created, Timestamp::UNIX_EPOCH);
}

#[test]
fn other_bodies_are_malformed() {
    let deep = "[".repeat(200_000);
    for body in [&b""[..], b"null", b"[]", b"7", b"{}", b"{", b"\xff\xfe", b"\"evt\"", deep.as_bytes()] {
        let error = Event::parse(VerifiedBody::from_trusted_source(body)).unwrap_err();
        assert!(matches!(error, EventError::Malformed { event: None, .. }), "{error}");
    }
}

#[test]
fn thin_event_differs_from_a_malformed_one() {
    let thin = json!({
        "id": "evt_test_1", "object": "v2.core.event", "type": "v1.invoice.paid",
        "created": "2026-10-01T00:00:00.000Z", "related_object": { "id": "in_1", "type": "invoice" },
    });
    let error = parse(&thin).unwrap_err();
    assert!(matches!(error, EventError::Thin { .. }), "{error}");
    assert_eq!(error.event().map(|id| id.as_str()), Some("evt_test_1"));
    assert!(error.to_string().contains("snapshot"), "{error}");
}

#[test]
fn event_with_a_key_that_appears_twice_is_malformed() {
    let body = event(NEWEST, "invoice.paid", &invoice(NEWEST), &Value::Null).to_string();
    let twice = |before: &str, with: &str| {
        let at = body.find(before).unwrap();
        format!("{}{with},{}", &body[..at], &body[at..])
    };
    for (body, id) in [
        (twice("\"livemode\"", "\"livemode\":true"), Some("evt_1")),
        (twice("\"amount_paid\"", "\"amount_paid\":0"), Some("evt_1")),
        (twice("\"amount_paid\"", "\"amount_p\\u0061id\":0"), Some("evt_1")),
        (twice("\"organization_id\"", "\"organization_id\":\"org_2\""), Some("evt_1")),
        // If the key `id` occurs twice, either value may be wrong. So the error contains no id.
        (twice("\"id\":\"evt_1\"", "\"id\":\"evt_2\""), None),
    ] {
        let error = Event::parse(VerifiedBody::from_trusted_source(body.as_bytes())).unwrap_err();
        assert!(error.to_string().contains("a key appears twice"), "{error}");
        assert_eq!(error.event().map(|id| id.as_str()), id, "{body}");
    }
    let recorded = include_str!("../../../../events/stripe-webhook/invoice-paid-repeated-key.json");
    let recorded: Value = serde_json::from_str(recorded).unwrap();
    let body = recorded["body"].as_str().unwrap();
    let error = Event::parse(VerifiedBody::from_trusted_source(body.as_bytes())).unwrap_err();
    assert_eq!(error.event().map(|id| id.as_str()), Some("evt_1Q1w2E3r4T5y6U7i8O9p0001"));
}

/// Any JSON, some levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z_]{1,8}", inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(body: Vec<u8>) {
        prop_assert!(Event::parse(VerifiedBody::from_trusted_source(&body)).is_err());
    }

    /// For every value of a field, an event of a known type is parsed or rejected without a panic.
    #[test]
    fn arbitrary_field_values_never_panic(
        kind in prop::sample::select(vec![
            "invoice.paid", "customer.subscription.updated", "checkout.session.completed", "charge.refunded", "x",
        ]),
        path in prop::sample::select(vec![
            "id", "customer", "status", "subscription", "parent", "lines", "metadata", "items", "created", "cancel_at",
            "amount_paid", "plan", "client_reference_id", "subscription_details", "trial_end",
        ]),
        value in any_json(),
    ) {
        let mut object = invoice("2024-06-20");
        object.as_object_mut().unwrap().append(subscription("2024-06-20").as_object_mut().unwrap());
        object[path] = value;
        let complete = event("2024-06-20", kind, &object, &Value::Null);
        if let Err(error) = parse(&complete) {
            prop_assert_eq!(error.event().map(|id| id.as_str()), Some("evt_1"));
        }
    }
}
