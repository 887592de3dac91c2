//! Tests of events about subscriptions.

use domain::billing::{
    Change, FactKind, Item, Pause, Previous, PreviousCancel, SubscriptionFact, SubscriptionId,
    SubscriptionStatus,
};

use super::*;

/// Returns the subscription fact of an update of the newest API version.
fn updated(object: &Value, previous: &Value) -> SubscriptionFact {
    let event = parse(&event(NEWEST, "customer.subscription.updated", object, previous)).unwrap();
    match what(&event) {
        FactKind::Subscription { fact, .. } => fact.clone(),
        other => panic!("{other:?}"),
    }
}

/// Returns the subscription fact of an update, after `fields` replaced those of the subscription.
pub(super) fn with(fields: &Value) -> SubscriptionFact {
    let mut object = subscription(NEWEST);
    object.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    updated(&object, &Value::Null)
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
        assert_eq!(with(&json!({ "pause_collection": pause })).paused, expected, "{pause}");
    }
}

#[test]
fn scheduled_end_is_a_date_or_the_end_of_the_period() {
    for (cancel_at, at_period_end, expected) in [
        (json!(null), false, None),
        (json!(null), true, Some(at(CREATED + 86_400))),
        (json!(CREATED), true, Some(at(CREATED))),
        (json!(CREATED), false, Some(at(CREATED))),
    ] {
        let fields = json!({ "cancel_at": cancel_at, "cancel_at_period_end": at_period_end });
        assert_eq!(with(&fields).cancel_at, expected, "{fields}");
    }
}

#[test]
fn unknown_status_is_an_error_but_not_a_previous_one() {
    let previous = json!({ "status": "dormant" });
    let fine = event(NEWEST, "customer.subscription.updated", &subscription(NEWEST), &previous);
    assert!(parse(&fine).is_ok());
    let mut odd = fine;
    odd["data"]["object"]["status"] = "dormant".into();
    assert_eq!(reason(&odd), "/status is not a known status");
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
            json!({ "cancel_at_period_end": false }),
            Previous { cancel: Some(PreviousCancel::Unscheduled), ..none.clone() },
        ),
        (
            json!({ "cancel_at": null }),
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
        (
            json!({ "plan": { "id": "price_single" } }),
            Previous { prices: Some(["price_single".to_owned()].into()), ..none.clone() },
        ),
        (json!({ "cancel_at": 1 }), Previous { cancel: Some(PreviousCancel::At(at(1))), ..none.clone() }),
        (json!({ "cancel_at": 0 }), none.clone()),
        (json!({ "trial_end": "odd", "pause_collection": { "resumes_at": "odd" } }), none.clone()),
        // At a renewal, only the period of the items changes.
        (json!({ "items": { "data": [{ "price": { "id": "price_team" } }] } }), none.clone()),
        (json!({ "latest_invoice": "in_0", "status": 7 }), none.clone()),
        (json!("odd"), none.clone()),
    ] {
        assert_eq!(updated(&subscription(NEWEST), &previous).previous, expected, "{previous}");
    }
}

#[test]
fn missing_payment_method_counts_only_if_the_trial_then_stops() {
    let stops = |behavior: &str| json!({ "end_behavior": { "missing_payment_method": behavior } });
    let of_customer = |customer: Value| json!({ "trial_settings": stops("pause"), "customer": customer });
    for (fields, lacks) in [
        (json!({ "trial_settings": stops("pause") }), true),
        (json!({ "trial_settings": stops("cancel") }), true),
        (json!({ "trial_settings": stops("create_invoice") }), false),
        (json!({ "trial_settings": null }), false),
        (json!({ "trial_settings": stops("pause"), "default_payment_method": "pm_1" }), false),
        (json!({ "trial_settings": stops("pause"), "default_source": "src_1" }), false),
        (of_customer(json!({ "id": "cus_1" })), true),
        (of_customer(json!({ "id": "cus_1", "default_source": "src_1" })), false),
        (
            of_customer(json!({ "id": "cus_1", "invoice_settings": { "default_payment_method": "pm_1" } })),
            false,
        ),
    ] {
        assert_eq!(with(&fields).lacks_payment_method, lacks, "{fields}");
    }
}
