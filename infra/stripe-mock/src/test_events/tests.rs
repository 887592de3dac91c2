//! Tests of the event builder, the request parser, the signature, and the sender.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU8, Ordering},
};

use axum::{
    body::{Body, Bytes},
    http::{Request, Response, StatusCode},
};
use jiff::Timestamp;
use runtime::{Clock, Rng};
use serde_json::{Value, json};
use sim::external::HttpSend;
use tower::ServiceExt;

use super::*;

const NOW: i64 = 1_790_000_000;
const SEED: Seed = Seed::new([7; 16]);

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn event(request: &Value) -> Value {
    build_event(&parse_spec(request.to_string().as_bytes()).unwrap(), "price_local_team", &SEED, now())
        .unwrap()
}

fn at<'a>(event: &'a Value, pointer: &str) -> &'a Value {
    event.pointer(pointer).unwrap_or(&Value::Null)
}

#[test]
fn event_type_determines_object_and_status() {
    let table = [
        ("invoice.paid", "invoice", "paid"),
        ("invoice.payment_succeeded", "invoice", "paid"),
        ("invoice.payment_failed", "invoice", "open"),
        ("invoice.payment_action_required", "invoice", "open"),
        ("invoice.voided", "invoice", "void"),
        ("invoice.marked_uncollectible", "invoice", "uncollectible"),
        ("customer.subscription.created", "subscription", "active"),
        ("customer.subscription.updated", "subscription", "active"),
        ("customer.subscription.paused", "subscription", "paused"),
        ("customer.subscription.resumed", "subscription", "active"),
        ("customer.subscription.deleted", "subscription", "canceled"),
        ("customer.subscription.trial_will_end", "subscription", "trialing"),
        ("checkout.session.completed", "checkout.session", "complete"),
        ("charge.refunded", "charge", "succeeded"),
        ("charge.dispute.created", "dispute", "needs_response"),
    ];
    for version in ["2024-06-20", "2025-03-31.basil", "2026-07-29.dahlia"] {
        for (event_type, object, status) in table {
            let event =
                event(&json!({ "type": event_type, "organization_id": "org_1", "api_version": version }));
            assert_eq!(at(&event, "/type"), event_type);
            assert_eq!(at(&event, "/object"), "event");
            assert_eq!(at(&event, "/api_version"), version);
            assert_eq!(at(&event, "/created"), NOW);
            assert_eq!(at(&event, "/livemode"), false);
            assert_eq!(at(&event, "/data/object/object"), object, "{event_type}");
            assert_eq!(at(&event, "/data/object/status"), status, "{event_type}");
        }
    }
    assert_eq!(at(&event(&json!({ "type": "customer.deleted" })), "/data/object/object"), "customer");
}

#[test]
fn unknown_type_has_a_generic_object() {
    let event = event(&json!({ "type": "product.feature.archived", "customer": "cus_1" }));
    assert_eq!(at(&event, "/data/object/object"), "product.feature");
    assert_eq!(at(&event, "/data/object/customer"), "cus_1");
}

#[test]
fn invoice_has_its_subscription_where_the_version_has_it() {
    let old = ["/data/object/subscription", "/data/object/lines/data/0/subscription"];
    let new = [
        "/data/object/parent/subscription_details/subscription",
        "/data/object/lines/data/0/parent/subscription_item_details/subscription",
    ];
    let old_metadata = "/data/object/subscription_details/metadata/organization_id";
    let new_metadata = "/data/object/parent/subscription_details/metadata/organization_id";
    for (version, here, absent, metadata) in [
        ("2022-11-15", old, new, old_metadata),
        ("2024-09-30.acacia", old, new, old_metadata),
        ("2025-03-31.basil", new, old, new_metadata),
        ("2026-07-29.dahlia", new, old, new_metadata),
    ] {
        let event =
            event(&json!({ "type": "invoice.paid", "organization_id": "org_1", "api_version": version }));
        for place in here {
            assert!(at(&event, place).as_str().unwrap().starts_with("sub_local"), "{version} {place}");
        }
        for place in absent {
            assert!(event.pointer(place).is_none(), "{version} {place}");
        }
        assert_eq!(at(&event, metadata), "org_1", "{version}");
    }
}

#[test]
fn subscription_has_its_period_where_the_version_has_it() {
    let object = "/data/object/current_period_end";
    let item = "/data/object/items/data/0/current_period_end";
    for (version, here, absent) in [("2024-06-20", object, item), ("2025-03-31.basil", item, object)] {
        let event = event(&json!({ "type": "customer.subscription.created", "api_version": version }));
        assert_eq!(at(&event, here), NOW + 30 * 86_400, "{version}");
        assert!(event.pointer(absent).is_none(), "{version}");
        assert_eq!(at(&event, "/data/object/items/data/0/price/id"), "price_local_team");
    }
}

#[test]
fn amount_paid_is_set_only_for_paid_invoices() {
    for (event_type, paid, remaining) in
        [("invoice.paid", 2900, 0), ("invoice.payment_failed", 0, 2900), ("invoice.voided", 0, 2900)]
    {
        let event = event(&json!({ "type": event_type }));
        assert_eq!(at(&event, "/data/object/amount_paid"), paid, "{event_type}");
        assert_eq!(at(&event, "/data/object/amount_remaining"), remaining, "{event_type}");
    }
}

#[test]
fn only_updates_have_previous_attributes() {
    let before = "/data/previous_attributes";
    assert!(event(&json!({ "type": "customer.subscription.updated" })).pointer(before).is_some());
    assert!(event(&json!({ "type": "customer.subscription.created" })).pointer(before).is_none());
}

#[test]
fn events_of_an_organization_share_customer_and_subscription() {
    let build = |request: Value, seed: u8| {
        let spec = parse_spec(request.to_string().as_bytes()).unwrap();
        build_event(&spec, "price_local_team", &Seed::new([seed; 16]), now()).unwrap()
    };
    let invoice = build(json!({ "type": "invoice.paid", "organization_id": "org_1" }), 1);
    let subscription =
        build(json!({ "type": "customer.subscription.updated", "organization_id": "org_1" }), 2);
    let session = build(json!({ "type": "checkout.session.completed", "organization_id": "org_1" }), 3);
    let deleted = build(json!({ "type": "customer.deleted", "organization_id": "org_1" }), 4);
    let another = build(json!({ "type": "invoice.paid", "organization_id": "org_2" }), 1);

    let customer = at(&invoice, "/data/object/customer");
    assert!(customer.as_str().unwrap().starts_with("cus_local"));
    assert_eq!(at(&subscription, "/data/object/customer"), customer);
    assert_eq!(at(&session, "/data/object/customer"), customer);
    assert_eq!(at(&deleted, "/data/object/id"), customer);
    assert_ne!(at(&another, "/data/object/customer"), customer);

    let subscribed = at(&subscription, "/data/object/id");
    assert_eq!(at(&session, "/data/object/subscription"), subscribed);
    assert_eq!(at(&invoice, "/data/object/parent/subscription_details/subscription"), subscribed);

    assert_eq!(at(&session, "/data/object/client_reference_id"), "org_1");
    for labelled in [&subscription, &session, &deleted] {
        assert_eq!(at(labelled, "/data/object/metadata/organization_id"), "org_1");
    }
    // Each event has a new event id and a new invoice id.
    assert_ne!(at(&invoice, "/id"), at(&subscription, "/id"));
    assert_ne!(at(&invoice, "/data/object/id"), at(&subscription, "/data/object/latest_invoice"));
}

#[test]
fn customer_without_organization_has_no_metadata() {
    let alone = event(&json!({ "type": "checkout.session.completed", "customer": "cus_9" }));
    assert_eq!(at(&alone, "/data/object/customer"), "cus_9");
    assert_eq!(at(&alone, "/data/object/metadata"), &json!({}));
    assert_eq!(at(&alone, "/data/object/client_reference_id"), &Value::Null);

    let both = event(
        &json!({ "type": "checkout.session.completed", "customer": "cus_9", "organization_id": "org_1" }),
    );
    assert_eq!(at(&both, "/data/object/customer"), "cus_9");
    assert_eq!(at(&both, "/data/object/metadata/organization_id"), "org_1");
}

#[test]
fn set_changes_adds_and_appends_values() {
    let event = event(&json!({
        "type": "invoice.paid",
        "set": {
            "id": "evt_set",
            "created": 5,
            "livemode": true,
            "data.object.amount_paid": 0,
            "data.object.customer": { "id": "cus_expanded", "object": "customer" },
            "data.object.customer.email": "after@the.parent",
            "data.object.lines.data.0.quantity": 3,
            "data.object.lines.data.1": "appended",
            "data.object.new.deep.field": [1],
            "data.object.description.was_null": true,
            "account": "acct_1",
            "amount_due": 7,
            "previous_attributes.status": "active",
        }
    }));
    for (place, value) in [
        ("/id", json!("evt_set")),
        ("/created", json!(5)),
        ("/livemode", json!(true)),
        ("/data/object/amount_paid", json!(0)),
        ("/data/object/customer/id", json!("cus_expanded")),
        ("/data/object/customer/email", json!("after@the.parent")),
        ("/data/object/lines/data/0/quantity", json!(3)),
        ("/data/object/lines/data/1", json!("appended")),
        ("/data/object/new/deep/field", json!([1])),
        ("/data/object/description/was_null", json!(true)),
        // A path whose first step is not a top-level field applies to the object.
        ("/account", json!("acct_1")),
        ("/data/object/amount_due", json!(7)),
        ("/data/previous_attributes/status", json!("active")),
    ] {
        assert_eq!(at(&event, place), &value, "{place}");
    }
}

#[test]
fn build_event_reports_each_invalid_path() {
    let mut spec = EventSpec::new("invoice.paid");
    for path in
        ["livemode.deep", "data.object.lines.data.7", "data.object.lines.data.first", "data.object.total"]
    {
        spec.set.insert(path.to_owned(), json!(1));
    }
    let errors = build_event(&spec, "price_local_team", &SEED, now()).unwrap_err();
    let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(
        fields,
        ["set.data.object.lines.data.7", "set.data.object.lines.data.first", "set.livemode.deep"]
    );
}

#[test]
fn parse_spec_reports_all_errors() {
    let errors = |body: &str| -> Vec<String> {
        parse_spec(body.as_bytes()).unwrap_err().into_iter().map(|error| error.field).collect()
    };
    assert_eq!(errors("{}"), ["type"]);
    assert_eq!(errors("not json"), [""]);
    assert_eq!(errors("[]"), [""]);
    assert_eq!(
        errors(
            r#"{"type": 3, "customer": " ", "set": {"a..b": 1, "": 2}, "api_version": "new", "count": 0, "x": 1}"#
        ),
        ["type", "customer", "set.", "set.a..b", "api_version", "count", "x"]
    );
    for version in ["2024-6-20", "2024-06-31", "2025-03-31.", "2025-03-31.Basil", "20250331", "v1"] {
        assert_eq!(
            errors(&json!({ "type": "a", "api_version": version }).to_string()),
            ["api_version"],
            "{version}"
        );
    }
    for count in [json!(-1), json!(1.5), json!("2"), json!(501)] {
        assert_eq!(errors(&json!({ "type": "a", "count": count }).to_string()), ["count"], "{count}");
    }
}

#[test]
fn parse_spec_treats_null_as_absent() {
    let spec =
        parse_spec(br#"{"type": "invoice.paid", "customer": null, "set": null, "count": null}"#).unwrap();
    assert_eq!(spec, EventSpec::new("invoice.paid"));
}

#[test]
fn signature_equals_one_from_python() {
    // Computed with hmac.new(secret, b'1735689600.' + body, hashlib.sha256).hexdigest().
    let at = Timestamp::from_second(1_735_689_600).unwrap();
    let body = br#"{"id": "evt_1"}"#;
    let new_tag = "de3ed928c30ac7aaf102a3fe10e765e3eadd1c70b3185e2adaf20368c767222b";
    let old_tag = "c892dcc501436591d53953b6805b6f88292dc8d7819b072e2ff926a4cf592408";
    let secrets = ["whsec_local_onramp".to_owned(), "whsec_old".to_owned()];
    assert_eq!(sign(&secrets[..1], body, at), format!("t=1735689600,v1={new_tag}"));
    assert_eq!(sign(&secrets, body, at), format!("t=1735689600,v1={new_tag},v1={old_tag}"));
}

/// Returns a sender that records its requests, with a clock that advances one second per read.
fn recorder() -> (Sender, Arc<Mutex<Vec<Request<Bytes>>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&seen);
    let post: HttpSend = Arc::new(move |request| {
        list.lock().unwrap().push(request);
        Box::pin(async { Response::new(Bytes::new()) })
    });
    let draws = AtomicU8::new(0);
    let rng = Rng::new(move |bytes| bytes.fill(draws.fetch_add(1, Ordering::Relaxed)));
    let reads = AtomicU8::new(0);
    let clock = Clock::new(move || {
        Timestamp::from_second(NOW + i64::from(reads.fetch_add(1, Ordering::Relaxed))).unwrap()
    });
    (Sender::new(clock, rng, "whsec_a, whsec_b", "price_local_team", post), seen)
}

#[tokio::test]
async fn each_delivery_of_an_event_has_a_new_signature() {
    let (sender, seen) = recorder();
    let mut spec = EventSpec::new("invoice.paid");
    spec.count = 3;
    let delivery = sender.send(&spec).await.unwrap();
    assert_eq!(delivery.statuses, [200, 200, 200]);

    let requests = seen.lock().unwrap();
    let mut signatures = Vec::new();
    for request in requests.iter() {
        assert_eq!(request.uri().path(), WEBHOOK_PATH);
        assert_eq!(serde_json::from_slice::<Value>(request.body()).unwrap(), delivery.event);
        let header = request.headers()["stripe-signature"].to_str().unwrap();
        let seconds: i64 = header.split(',').next().unwrap().strip_prefix("t=").unwrap().parse().unwrap();
        let secrets = ["whsec_a".to_owned(), "whsec_b".to_owned()];
        assert_eq!(header, sign(&secrets, request.body(), Timestamp::from_second(seconds).unwrap()));
        signatures.push(header.to_owned());
    }
    signatures.dedup();
    assert_eq!(signatures.len(), 3);
}

#[tokio::test]
async fn each_send_creates_a_new_event() {
    let (sender, _) = recorder();
    let spec = EventSpec::new("invoice.paid");
    let first = sender.send(&spec).await.unwrap();
    let second = sender.send(&spec).await.unwrap();
    assert_ne!(at(&first.event, "/id"), at(&second.event, "/id"));
    assert_ne!(at(&first.event, "/data/object/id"), at(&second.event, "/data/object/id"));
}

#[tokio::test]
async fn route_returns_statuses_or_errors() {
    for (body, status) in [
        (r#"{"type": "invoice.paid", "count": 2}"#, StatusCode::OK),
        (r#"{"type": "invoice.paid", "set": {"livemode.x": 1}}"#, StatusCode::BAD_REQUEST),
        ("{}", StatusCode::BAD_REQUEST),
    ] {
        let (sender, seen) = recorder();
        let request = Request::post("/_local/stripe/events").body(Body::from(body)).unwrap();
        let response = router(sender).oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{body}");
        let content = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let content: Value = serde_json::from_slice(&content).unwrap();
        if status == StatusCode::OK {
            assert_eq!(content["statuses"], json!([200, 200]));
            assert_eq!(content["event"]["type"], "invoice.paid");
        } else {
            assert_eq!(content["errors"].as_array().unwrap().len(), 1, "{body}");
            assert!(seen.lock().unwrap().is_empty());
        }
    }
}
