//! Items that an earlier version of the code wrote.

use domain::{
    billing::SubscriptionStatus,
    org::{Org, Setup, Status},
    trial::Trial,
};
use serde_json::{Value, json};

use crate::{
    schema::org::{decode, encode},
    testing::acme,
};

const NOW: &str = "2026-01-15T09:00:00Z";

fn now() -> jiff::Timestamp {
    NOW.parse().unwrap()
}

/// Returns an organization whose item an earlier version of the code wrote, with this billing.
fn earlier(trial: bool, billing: &Value, details: Option<&Value>) -> Org {
    let signed_up = "2025-12-01T09:00:00Z".parse().unwrap();
    let mut org = acme(signed_up);
    let setup = Setup::without_steps("prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap());
    if trial {
        org.start_trial(Trial::start(signed_up, 14, vec![3]), &setup, signed_up);
    }
    let mut item = encode(&org, 7).unwrap();
    item.insert("billing".to_owned(), serde_dynamo::to_attribute_value(billing).unwrap());
    if let Some(details) = details {
        item.insert("billing_details".to_owned(), serde_dynamo::to_attribute_value(details).unwrap());
    }
    decode(item).unwrap().value
}

fn subscription(status: &str, ended: bool) -> Value {
    json!({ "customer": "cus_1", "newest": "2026-01-01T09:00:00.000Z", "ended": ended,
        "facts": { "evt_1": { "change": "updated", "status": status, "plan": "price_x", "contested": false } } })
}

#[test]
fn subscription_of_an_earlier_version_counts() {
    let paid = "2025-12-20T09:00:00.000Z";
    for (status, ended, first_paid_at, expected) in [
        ("active", false, Some(paid), Status::Active),
        ("trialing", false, Some(paid), Status::Trialing),
        ("past_due", false, Some(paid), Status::PastDue),
        ("canceled", true, Some(paid), Status::Canceled),
        // The earlier version read `incomplete_expired` as this status. The plan never began.
        ("canceled", true, None, Status::Pending),
    ] {
        let mut billing =
            json!({ "customer": "cus_1", "subscriptions": { "sub_1": subscription(status, ended) } });
        if let Some(at) = first_paid_at {
            billing["first_paid_at"] = json!(at);
        }
        let org = earlier(false, &billing, None);
        assert_eq!(org.status(now()), expected, "{status}");
        assert_eq!(org.billing.needs_provisioning(), first_paid_at.is_some(), "{status}");
        // The payment is known, so no text says that one is on its way.
        assert_eq!(
            org.next_billing_event(now()).map(|next| next.kind.as_str()),
            match expected {
                Status::PastDue => Some("payment_overdue"),
                _ => None,
            },
            "{status}"
        );
    }
}

#[test]
fn lone_payment_of_an_earlier_version_is_a_one_off() {
    let billing = json!({ "customer": "cus_1", "first_paid_at": "2025-12-20T09:00:00.000Z",
        "paid_through": "2025-12-20T09:00:00.000Z",
        "subscriptions": { "cus_1": { "customer": "cus_1", "ended": false, "paid_at": "2025-12-20T09:00:00.000Z" } } });
    for (trial, expected) in [(false, Status::Active), (true, Status::TrialExpired)] {
        let org = earlier(trial, &billing, None);
        assert_eq!(org.status(now()), expected, "trial: {trial}");
        assert!(org.billing.subscriptions.is_empty() && org.billing.one_off_paid_at.is_some());
        assert!(!org.billing.has_subscription(now()), "the plans are offered");
    }
}

#[test]
fn facts_that_an_earlier_version_replaced_are_read() {
    let details = json!({ "subscriptions": { "sub_1": {
        "named": { "at": "2025-12-20T09:00:00.000Z", "event": "evt_0",
            "org": "org_0198c0de-0000-7000-8000-000000000001" },
        "first_live_at": "2025-12-20T09:00:00.000Z",
        "facts": { "evt_0": { "items": [{ "price": "price_x", "plan": "team" }] } },
    } } });
    let billing =
        json!({ "customer": "cus_1", "subscriptions": { "sub_1": subscription("past_due", false) } });
    let org = earlier(false, &billing, Some(&details));
    assert_eq!(org.billing.status(now()), Some(SubscriptionStatus::PastDue));
    let ended = json!({ "subscriptions": { "sub_1": subscription("canceled", true) } });
    assert_eq!(earlier(false, &ended, Some(&details)).status(now()), Status::Canceled);
}
