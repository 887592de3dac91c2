//! Tests of the event parser: each event type in each supported API version.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

mod invoice;
mod item;
mod malformed;
mod parked;
mod payment;
mod subscription;

use domain::billing::{Currency, CustomerId, FactKind, IncidentKind, Money};
use jiff::Timestamp;
use serde_json::{Value, json};
use stripe::{Event, EventError, OrgReference, StripeEventKind, VerifiedBody};

const NEWEST: &str = "2026-07-29.dahlia";
/// API versions before and after the release "basil", in which fields moved: two older versions,
/// "basil" itself, and the newest version.
const VERSIONS: [&str; 4] = ["2024-06-20", "2025-02-24.acacia", "2025-03-31.basil", NEWEST];
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
    parse(&event(NEWEST, kind, object, &Value::Null)).unwrap()
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
fn checkout_names_its_organization() {
    let text = str::to_owned;
    for (reference, metadata, named, ids) in [
        (json!(ONE), json!(ONE), OrgReference::Agreed(text(ONE)), vec![ONE]),
        (
            json!(ONE),
            json!(TWO),
            OrgReference::Differing { reference: text(ONE), metadata: text(TWO) },
            vec![ONE, TWO],
        ),
        (json!(ONE), Value::Null, OrgReference::Reference(text(ONE)), vec![ONE]),
        (Value::Null, json!(TWO), OrgReference::Metadata(text(TWO)), vec![TWO]),
        (Value::Null, Value::Null, OrgReference::Absent, vec![]),
        (json!(""), json!(""), OrgReference::Absent, vec![]),
    ] {
        let session = json!({ "id": "cs_1", "customer": "cus_1", "client_reference_id": reference,
            "metadata": { "organization_id": metadata } });
        let event = read("checkout.session.completed", &session);
        let StripeEventKind::Checkout { named: read, .. } = &event.meaning else {
            panic!("{:?}", event.meaning)
        };
        assert_eq!(read, &named);
        assert_eq!(read.agreed(), (reference == metadata && reference == ONE).then_some(ONE));
        assert_eq!(event.reference(), reference.as_str().filter(|text| !text.is_empty()));
        assert_eq!(event.names_any_organization(), !ids.is_empty());
        let customer = CustomerId::parse("cus_1").unwrap();
        let named = ids.into_iter().map(|id| id.parse().unwrap()).collect();
        assert_eq!(what(&event), &FactKind::Checkout { customer, named });
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
    let mut plain = event(NEWEST, "invoice.created", &json!({}), &Value::Null);
    assert_eq!(parse(&plain).map(|event| (event.livemode, event.account)), Ok((false, None)));
    plain["livemode"] = true.into();
    plain["account"] = "acct_1".into();
    assert_eq!(
        parse(&plain).map(|event| (event.livemode, event.account)),
        Ok((true, Some("acct_1".to_owned())))
    );
}

#[test]
fn organization_is_read_without_surrounding_white_space() {
    for typed in [format!(" {ONE} "), format!("{ONE}\n"), format!("\t{ONE}\r\n")] {
        let mut object = subscription(NEWEST);
        object["metadata"] = json!({ "organization_id": typed });
        let event = read("customer.subscription.updated", &object);
        assert_eq!(event.meaning.fact().unwrap().names, ONE.parse().ok(), "{typed:?}");
    }
    let mut object = subscription(NEWEST);
    object["metadata"] = json!({ "organization_id": ONE.to_uppercase() });
    let event = read("customer.subscription.updated", &object);
    assert_eq!(event.meaning.fact().unwrap().names, None, "another letter case is another text");
    assert!(event.names_any_organization());
}
