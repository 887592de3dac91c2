//! Tests of the event parser: each event type in each supported API version.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use domain::billing::{
    Change, Currency, CustomerId, Fact, FactKind, IncidentKind, InvoiceFact, InvoiceId, Item, Money, Pause,
    Previous, PreviousCancel, SubscriptionFact, SubscriptionId, SubscriptionStatus,
};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use stripe::{Event, EventError, OrgReference, StripeEventKind, VerifiedBody};

/// API versions before and after the release "basil", in which fields moved: two older versions,
/// "basil" itself, and the newest version.
const VERSIONS: [&str; 4] = ["2024-06-20", "2025-02-24.acacia", "2025-03-31.basil", "2026-07-29.dahlia"];
const ONE: &str = "org_0198c0de-0000-7000-8000-000000000001";
const TWO: &str = "org_0198c0de-0000-7000-8000-000000000002";
const CREATED: i64 = 1_767_225_600;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn eur(amount: u64) -> Option<Money> {
    Some(Money { amount, currency: Currency::parse("eur").unwrap() })
}

fn event(version: &str, kind: &str, object: &Value, previous: &Value) -> Value {
    json!({
        "id": "evt_1", "object": "event", "api_version": version, "created": CREATED, "livemode": false,
        "pending_webhooks": 1, "request": { "id": null, "idempotency_key": null }, "type": kind,
        "data": { "object": object, "previous_attributes": previous },
    })
}

fn parse(event: &Value) -> Result<Event, EventError> {
    Event::parse(VerifiedBody::from_trusted_source(event.to_string().as_bytes()))
}

fn read(kind: &str, object: &Value) -> Event {
    parse(&event("2026-07-29.dahlia", kind, object, &Value::Null)).unwrap()
}

fn what(event: &Event) -> &FactKind {
    &event.meaning.fact().unwrap().what
}

fn reason(event: &Value) -> String {
    match parse(event).unwrap_err() {
        EventError::Malformed { reason, .. } => reason,
        thin @ EventError::Thin { .. } => panic!("{thin}"),
    }
}

/// Returns an invoice of a subscription in the shape of an API version.
fn invoice(version: &str) -> Value {
    let mut invoice = json!({
        "id": "in_1", "object": "invoice", "customer": "cus_1", "created": CREATED - 60, "amount_paid": 2900,
        "amount_due": 2900, "currency": "eur", "metadata": {},
    });
    let details = json!({ "metadata": { "organization_id": ONE }, "subscription": "sub_1" });
    let line = if version < "2025-03-31" {
        json!({ "price": { "id": "price_team" } })
    } else {
        json!({ "pricing": { "price_details": { "price": "price_team" } } })
    };
    invoice["lines"] = json!({ "data": [line] });
    if version < "2025-03-31" {
        invoice["subscription"] = "sub_1".into();
        invoice["subscription_details"] = json!({ "metadata": details["metadata"] });
    } else {
        invoice["parent"] = json!({ "type": "subscription_details", "subscription_details": details });
    }
    invoice
}

/// Returns a subscription in the shape of an API version.
fn subscription(version: &str) -> Value {
    let mut item = json!({ "id": "si_1", "object": "subscription_item", "price": { "id": "price_team" } });
    let end = CREATED + 86_400;
    let mut subscription = json!({
        "id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "trialing", "trial_end": end,
        "cancel_at": null, "cancel_at_period_end": true, "metadata": { "organization_id": ONE },
    });
    if version < "2025-03-31" {
        subscription["current_period_end"] = end.into();
        subscription["plan"] = json!({ "id": "price_team" });
    } else {
        item["current_period_end"] = end.into();
    }
    subscription["items"] = json!({ "object": "list", "data": [item] });
    subscription
}

#[test]
fn invoices_are_parsed_alike_in_every_version() {
    for version in VERSIONS {
        for (kind, says) in [
            ("invoice.paid", InvoiceFact::Paid { amount: 2900 }),
            ("invoice.payment_succeeded", InvoiceFact::Paid { amount: 2900 }),
            ("invoice.payment_failed", InvoiceFact::Failed { due: eur(2900) }),
            ("invoice.payment_action_required", InvoiceFact::ActionRequired { due: eur(2900) }),
            ("invoice.voided", InvoiceFact::Voided),
            ("invoice.marked_uncollectible", InvoiceFact::Uncollectible),
        ] {
            let event = parse(&event(version, kind, &invoice(version), &Value::Null)).unwrap();
            assert_eq!(event.kind, kind);
            assert_eq!(event.api_version.as_deref(), Some(version));
            assert_eq!(event.organization_id.as_deref(), Some(ONE), "{version} {kind}");
            assert_eq!(event.customer, CustomerId::parse("cus_1").ok());
            let expected = Fact {
                event: event.id.clone(),
                created: at(CREATED),
                names: Some(ONE.parse().unwrap()),
                what: FactKind::Invoice {
                    invoice: InvoiceId::parse("in_1").unwrap(),
                    subscription: SubscriptionId::parse("sub_1").ok(),
                    customer: CustomerId::parse("cus_1").unwrap(),
                    invoice_created: at(CREATED - 60),
                    prices: vec!["price_team".to_owned()],
                    fact: says,
                },
            };
            assert_eq!(event.meaning, StripeEventKind::Fact(expected), "{version} {kind}");
        }
    }
}

#[test]
fn subscriptions_are_parsed_alike_in_every_version() {
    for version in VERSIONS {
        for (kind, change) in [
            ("customer.subscription.created", Change::Created),
            ("customer.subscription.updated", Change::Updated),
            ("customer.subscription.paused", Change::Updated),
            ("customer.subscription.resumed", Change::Updated),
            ("customer.subscription.trial_will_end", Change::TrialWillEnd),
            ("customer.subscription.deleted", Change::Deleted),
        ] {
            let previous = json!({ "status": "incomplete" });
            let event = parse(&event(version, kind, &subscription(version), &previous)).unwrap();
            assert_eq!(event.organization_id.as_deref(), Some(ONE));
            let reminder = (change == Change::TrialWillEnd).then(|| at(CREATED + 86_400));
            assert_eq!(event.meaning.fact().unwrap().trial_will_end(), reminder);
            let expected = FactKind::Subscription {
                subscription: SubscriptionId::parse("sub_1").unwrap(),
                customer: CustomerId::parse("cus_1").unwrap(),
                fact: SubscriptionFact {
                    previous: Previous {
                        status: Some(SubscriptionStatus::Incomplete),
                        ..Previous::default()
                    },
                    items: vec![Item {
                        period_end: Some(at(CREATED + 86_400)),
                        ..Item::of_price("price_team".to_owned())
                    }],
                    trial_end: Some(at(CREATED + 86_400)),
                    cancel_at: Some(at(CREATED + 86_400)),
                    fixed_amount: true,
                    ..SubscriptionFact::new(change, SubscriptionStatus::Trialing)
                },
            };
            assert_eq!(what(&event), &expected, "{version} {kind}");
        }
    }
}

#[test]
fn subscription_shows_whether_its_payments_are_paused() {
    for (pause, expected) in [
        (json!(null), None),
        (json!({ "behavior": "void", "resumes_at": null }), Some(Pause { resumes_at: None })),
        (
            json!({ "behavior": "keep_as_draft", "resumes_at": CREATED }),
            Some(Pause { resumes_at: Some(at(CREATED)) }),
        ),
    ] {
        let mut subscription = subscription("2026-07-29.dahlia");
        subscription["pause_collection"] = pause;
        let event = read("customer.subscription.updated", &subscription);
        let FactKind::Subscription { fact, .. } = what(&event) else { panic!("{event:?}") };
        assert_eq!(fact.paused, expected);
    }
}

#[test]
fn invoice_organization_is_found_in_all_six_places() {
    let expanded = json!({ "id": "sub_1", "metadata": { "organization_id": "org_expanded" } });
    let subscription = |org: &str| json!({ "metadata": { "organization_id": org }, "subscription": "sub_1" });
    let lines = json!({ "data": [{ "metadata": {} }, { "metadata": { "organization_id": "org_line" } }] });
    let own = json!({ "organization_id": "org_own" });
    for (extra, expected) in [
        (json!({}), None),
        (json!({ "metadata": { "organization_id": "" } }), None),
        (json!({ "metadata": { "organization_id": 7 } }), None),
        (json!({ "lines": lines }), Some("org_line")),
        (json!({ "lines": lines, "metadata": own }), Some("org_own")),
        (json!({ "metadata": own, "subscription_details": subscription("org_old") }), Some("org_old")),
        (
            json!({ "metadata": own, "subscription_details": subscription("org_old"),
                "parent": { "subscription_details": subscription("org_new") } }),
            Some("org_new"),
        ),
        (json!({ "metadata": own, "parent": { "subscription_details": null } }), Some("org_own")),
        // The invoice contains the expanded subscription, but no copy of the subscription's
        // metadata.
        (json!({ "metadata": own, "subscription": expanded }), Some("org_expanded")),
        (
            json!({ "metadata": own, "parent": { "subscription_details": { "subscription": expanded } } }),
            Some("org_expanded"),
        ),
    ] {
        let mut invoice = json!({ "id": "in_1", "customer": { "id": "cus_1" }, "amount_paid": 0 });
        invoice.as_object_mut().unwrap().append(extra.clone().as_object_mut().unwrap());
        assert_eq!(read("invoice.paid", &invoice).organization_id.as_deref(), expected, "{extra}");
    }
}

#[test]
fn expanded_object_is_equal_to_its_id() {
    let mut invoice = invoice("2026-07-29.dahlia");
    invoice["customer"] = json!({ "id": "cus_1", "object": "customer" });
    invoice["parent"]["subscription_details"]["subscription"] = json!({ "id": "sub_1" });
    let plain = read("invoice.paid", &self::invoice("2026-07-29.dahlia"));
    assert_eq!(read("invoice.paid", &invoice), plain);
}

#[test]
fn checkout_names_its_organization() {
    let text = str::to_owned;
    for (reference, metadata, named) in [
        (json!(ONE), json!({ "organization_id": ONE }), OrgReference::Agreed(text(ONE))),
        (
            json!(ONE),
            json!({ "organization_id": TWO }),
            OrgReference::Differing { reference: text(ONE), metadata: text(TWO) },
        ),
        (json!(ONE), json!({}), OrgReference::Reference(text(ONE))),
        (Value::Null, json!({ "organization_id": TWO }), OrgReference::Metadata(text(TWO))),
        (Value::Null, Value::Null, OrgReference::Absent),
        (json!(""), json!({ "organization_id": "" }), OrgReference::Absent),
    ] {
        let session = json!({ "id": "cs_1", "customer": "cus_1", "client_reference_id": reference, "metadata": metadata });
        let event = read("checkout.session.completed", &session);
        let StripeEventKind::Checkout { named: read, fact } = &event.meaning else {
            panic!("{:?}", event.meaning)
        };
        assert_eq!(read, &named);
        let ids = read.all().filter_map(|id| id.parse().ok()).collect();
        assert_eq!(
            fact.what,
            FactKind::Checkout { customer: CustomerId::parse("cus_1").unwrap(), named: ids }
        );
        assert_eq!(read.agreed().is_some(), matches!(named, OrgReference::Agreed(_)));
    }
    let guest = json!({ "id": "cs_1", "customer": null, "client_reference_id": ONE });
    assert_eq!(read("checkout.session.completed", &guest).meaning, StripeEventKind::Irrelevant);
}

#[test]
fn other_types_become_facts() {
    let customer = CustomerId::parse("cus_1").unwrap();
    let known = Some(customer.clone());
    for (kind, object, expected) in [
        (
            "customer.deleted",
            json!({ "id": "cus_1", "deleted": true }),
            FactKind::CustomerDeleted { customer },
        ),
        (
            "charge.refunded",
            json!({ "id": "ch_1", "customer": "cus_1" }),
            FactKind::Incident { customer: known.clone(), kind: IncidentKind::Refunded },
        ),
        (
            "charge.dispute.created",
            json!({ "id": "dp_1", "charge": "ch_1" }),
            FactKind::Incident { customer: None, kind: IncidentKind::Disputed },
        ),
        (
            "charge.dispute.closed",
            json!({ "id": "dp_1", "charge": { "id": "ch_1", "customer": "cus_1" } }),
            FactKind::Incident { customer: known, kind: IncidentKind::Disputed },
        ),
    ] {
        assert_eq!(what(&read(kind, &object)), &expected, "{kind}");
    }
}

#[test]
fn unknown_type_is_irrelevant_for_every_object() {
    for kind in ["customer.subscription.pending_update_applied", "invoice.created", "invoice.paid2", "x"] {
        for object in [Value::Null, json!(7), json!({ "customer": 7 })] {
            let event = read(kind, &object);
            assert_eq!((event.meaning, event.customer), (StripeEventKind::Irrelevant, None), "{kind}");
        }
    }
}

#[test]
fn event_shows_mode_and_account() {
    let mut plain = event("2026-07-29.dahlia", "invoice.created", &json!({}), &Value::Null);
    assert_eq!(parse(&plain).map(|event| (event.livemode, event.account)), Ok((false, None)));
    plain["livemode"] = true.into();
    plain["account"] = "acct_1".into();
    assert_eq!(
        parse(&plain).map(|event| (event.livemode, event.account)),
        Ok((true, Some("acct_1".to_owned())))
    );
}

#[test]
fn unknown_status_is_an_error_but_not_a_previous_one() {
    let version = "2026-07-29.dahlia";
    let previous = json!({ "status": "dormant" });
    let fine = event(version, "customer.subscription.updated", &subscription(version), &previous);
    assert!(parse(&fine).is_ok());
    let mut odd = fine;
    odd["data"]["object"]["status"] = "dormant".into();
    assert_eq!(reason(&odd), "/status is not a known status");
}

#[test]
fn missing_or_invalid_fields_are_named() {
    let version = "2026-07-29.dahlia";
    let good = event(version, "invoice.paid", &invoice(version), &Value::Null);
    for (path, value, expected) in [
        ("/id", Value::Null, "/id is missing"),
        ("/id", json!("evt#1"), "/id is not the id of an event"),
        ("/type", json!(7), "/type is missing"),
        ("/created", Value::Null, "/created is missing"),
        ("/created", json!("2026-01-01T00:00:00Z"), "/created is not a whole number"),
        ("/created", json!(i64::MAX), "/created is not a time"),
        ("/data", json!([]), "/data/object is missing"),
        ("/data/object", Value::Null, "/data/object is missing"),
        ("/data/object/id", Value::Null, "/id is missing"),
        ("/data/object/customer", Value::Null, "/customer is missing"),
        ("/data/object/customer", json!({}), "/customer is not the id of a customer"),
        ("/data/object/amount_paid", Value::Null, "/amount_paid is missing"),
        ("/data/object/amount_paid", json!(-1), "/amount_paid is not an amount"),
        ("/data/object/amount_paid", json!("2900"), "/amount_paid is not an amount"),
        ("/data/object/amount_paid", json!(29.5), "/amount_paid is not an amount"),
        ("/data/object/amount_paid", json!(1_000_000_000_000_u64), "/amount_paid is not an amount"),
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
    let version = "2026-07-29.dahlia";
    let body = event(version, "invoice.paid", &invoice(version), &Value::Null).to_string();
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
    let recorded = include_str!("../../../events/stripe-webhook/invoice-paid-repeated-key.json");
    let recorded: Value = serde_json::from_str(recorded).unwrap();
    let body = recorded["body"].as_str().unwrap();
    let error = Event::parse(VerifiedBody::from_trusted_source(body.as_bytes())).unwrap_err();
    assert_eq!(error.event().map(|id| id.as_str()), Some("evt_1Q1w2E3r4T5y6U7i8O9p0001"));
    let parked = twice("\"pending_webhooks\"", "\"pending_webhooks\":2");
    assert!(stripe::parked_fact(&parked).is_some(), "an event that was parked before still counts");
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

/// Returns the subscription fact of an update of the newest API version.
fn updated(object: &Value, previous: &Value) -> SubscriptionFact {
    let event =
        parse(&event("2026-07-29.dahlia", "customer.subscription.updated", object, previous)).unwrap();
    match what(&event) {
        FactKind::Subscription { fact, .. } => fact.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn previous_values_are_those_that_changed() {
    let none = Previous::default();
    for (previous, expected) in [
        (
            json!({ "status": "active" }),
            Previous { status: Some(SubscriptionStatus::Active), ..none.clone() },
        ),
        (json!({ "trial_end": null }), Previous { trial_end: Some(None), ..none.clone() }),
        (json!({ "trial_end": CREATED }), Previous { trial_end: Some(Some(at(CREATED))), ..none.clone() }),
        (
            json!({ "cancel_at": CREATED }),
            Previous { cancel: Some(PreviousCancel::At(at(CREATED))), ..none.clone() },
        ),
        (
            json!({ "cancel_at": null, "cancel_at_period_end": false }),
            Previous { cancel: Some(PreviousCancel::Unscheduled), ..none.clone() },
        ),
        (
            json!({ "cancel_at_period_end": true }),
            Previous { cancel: Some(PreviousCancel::Scheduled), ..none.clone() },
        ),
        (json!({ "pause_collection": null }), Previous { paused: Some(None), ..none.clone() }),
        (
            json!({ "items": { "data": [{ "price": { "id": "price_single" } }] } }),
            Previous { prices: Some(["price_single".to_owned()].into()), ..none.clone() },
        ),
        // At a renewal, only the period of the items changes.
        (json!({ "items": { "data": [{ "price": { "id": "price_team" } }] } }), none.clone()),
        (json!({ "latest_invoice": "in_0", "status": 7 }), none.clone()),
        (json!("odd"), none.clone()),
    ] {
        assert_eq!(updated(&subscription("2026-07-29.dahlia"), &previous).previous, expected, "{previous}");
    }
}

#[test]
fn amount_is_that_of_a_price_per_unit() {
    let item = |price: Value, quantity: u64| json!({ "price": price, "quantity": quantity });
    let price = |more: Value| {
        let mut price = json!({ "id": "price_team", "billing_scheme": "per_unit", "currency": "eur",
            "unit_amount": 2900, "recurring": { "interval": "year", "interval_count": 1 } });
        price.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        price
    };
    for (item, amount, why) in [
        (item(price(json!({})), 1), eur(2900), "one unit"),
        (item(price(json!({})), 3), eur(8700), "three units"),
        (item(price(json!({ "billing_scheme": "tiered", "unit_amount": null })), 1), None, "tiers"),
        (item(price(json!({ "recurring": { "usage_type": "metered" } })), 1), None, "usage"),
        (item(price(json!({ "transform_quantity": { "divide_by": 10 } })), 1), None, "packages"),
        (item(price(json!({ "unit_amount": null })), 1), None, "decimals"),
        (item(price(json!({ "unit_amount": 999_999_999_999_u64 })), 2), None, "too much"),
        (item(price(json!({ "currency": "e" })), 1), None, "no currency"),
    ] {
        let mut object = subscription("2026-07-29.dahlia");
        object["items"] = json!({ "data": [item] });
        let fact = updated(&object, &Value::Null);
        assert_eq!(fact.items[0].amount, amount, "{why}");
    }
    for (field, value) in [
        ("discounts", json!(["di_1"])),
        ("discount", json!({ "id": "di_1" })),
        ("default_tax_rates", json!([{ "id": "txr_1" }])),
        ("automatic_tax", json!({ "enabled": true })),
    ] {
        let mut object = subscription("2026-07-29.dahlia");
        object[field] = value;
        assert!(!updated(&object, &Value::Null).fixed_amount, "{field}");
    }
}

#[test]
fn missing_payment_method_counts_only_if_the_trial_then_stops() {
    let stops = |behavior: &str| json!({ "end_behavior": { "missing_payment_method": behavior } });
    for (method, settings, lacks) in [
        (json!(null), stops("pause"), true),
        (json!(null), stops("cancel"), true),
        (json!(null), stops("create_invoice"), false),
        (json!("pm_1"), stops("pause"), false),
        (json!(null), json!(null), false),
    ] {
        let mut object = subscription("2026-07-29.dahlia");
        object["default_payment_method"] = method;
        object["trial_settings"] = settings.clone();
        assert_eq!(updated(&object, &Value::Null).lacks_payment_method, lacks, "{settings}");
    }
    let mut object = subscription("2026-07-29.dahlia");
    object["trial_settings"] = stops("pause");
    object["customer"] = json!({ "id": "cus_1", "invoice_settings": { "default_payment_method": "pm_1" } });
    assert!(!updated(&object, &Value::Null).lacks_payment_method, "the customer has one");
}

#[test]
fn upcoming_invoice_announces_the_next_future_date() {
    let parent =
        json!({ "type": "subscription_details", "subscription_details": { "subscription": "sub_1" } });
    let announced =
        |object: &Value| read("invoice.upcoming", object).meaning.fact().map(|fact| fact.what.clone());
    let upcoming = |more: Value| {
        let mut object = json!({ "object": "invoice", "customer": "cus_1", "parent": parent,
            "amount_due": 2900, "currency": "eur" });
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    for (dates, date) in [
        (json!({ "period_end": CREATED + 9 }), Some(9)),
        (json!({ "period_end": CREATED - 9, "next_payment_attempt": CREATED + 7 }), Some(7)),
        (json!({ "created": CREATED + 5 }), Some(5)),
        (json!({ "period_end": CREATED - 9 }), None),
    ] {
        let expected = date.map(|date| FactKind::Upcoming {
            subscription: SubscriptionId::parse("sub_1").unwrap(),
            customer: CustomerId::parse("cus_1").unwrap(),
            date: at(CREATED + date),
            amount: eur(2900).unwrap(),
        });
        assert_eq!(announced(&upcoming(dates.clone())), expected, "{dates}");
    }
    assert_eq!(announced(&upcoming(json!({ "period_end": CREATED, "parent": null }))), None);
}

#[test]
fn line_that_names_a_subscription_makes_no_one_off() {
    for line in [
        json!({ "subscription": "sub_9" }),
        json!({ "parent": { "subscription_item_details": { "subscription": "sub_9" } } }),
        json!({ "parent": { "invoice_item_details": { "subscription": "sub_9" } } }),
    ] {
        let object = json!({ "id": "in_1", "object": "invoice", "customer": "cus_1", "created": CREATED,
            "amount_paid": 500, "lines": { "data": [{ "id": "il_0" }, line] } });
        let event = read("invoice.paid", &object);
        assert_eq!(event.meaning.fact().unwrap().subscription().unwrap().as_str(), "sub_9", "{line}");
    }
}

#[test]
fn organization_is_read_without_surrounding_white_space() {
    for typed in [format!(" {ONE} "), format!("{ONE}\n"), format!("\t{ONE}\r\n")] {
        let mut object = subscription("2026-07-29.dahlia");
        object["metadata"] = json!({ "organization_id": typed });
        let event = read("customer.subscription.updated", &object);
        assert_eq!(event.meaning.fact().unwrap().names, ONE.parse().ok(), "{typed:?}");
    }
    let mut object = subscription("2026-07-29.dahlia");
    object["metadata"] = json!({ "organization_id": ONE.to_uppercase() });
    let event = read("customer.subscription.updated", &object);
    assert_eq!(event.meaning.fact().unwrap().names, None, "another letter case is another text");
    assert!(event.names_any_organization());
}
