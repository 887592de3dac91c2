//! Refunds, disputes, deleted customers, and events of other modes or accounts.

use serde_json::{Value, json};

use e2e::{
    driver::{Visitor, World},
    signed::{outcome, post_text},
};

fn event(id: &str, kind: &str, object: &Value) -> Value {
    json!({ "id": id, "object": "event", "type": kind, "created": 1_767_225_600, "livemode": false,
        "data": { "object": object } })
}

/// Returns the organization's item as JSON text.
async fn item(world: &World, org: &str) -> String {
    let items = world.items(&format!("ORG#{org}")).await;
    items
        .iter()
        .find(|item| item.to_string().contains("\"billing\""))
        .map_or_else(String::new, Value::to_string)
}

/// Returns the admin of a paying organization that is linked to the customer.
async fn paying<'w>(world: &'w World, customer: &str) -> Visitor<'w> {
    let mut jo = world.pending("Acme", "jo@example.com").await;
    for kind in ["checkout.session.completed", "customer.subscription.created", "invoice.paid"] {
        let spec = json!({ "type": kind, "organization_id": jo.org(), "customer": customer });
        assert_eq!(world.stripe(spec).await, [200]);
    }
    assert_eq!(jo.organization().await["status"], "active");
    jo
}

#[tokio::test]
async fn refund_or_dispute_is_recorded_without_status_change() {
    let world = World::new().await;
    let mut jo = paying(&world, "cus_1").await;
    let clock = world.local("GET", "/_local/clock", None).await;
    let now: jiff::Timestamp = clock["now"].as_str().unwrap().parse().unwrap();
    for (id, kind, object) in [
        ("evt_r1", "charge.refunded", json!({ "id": "ch_1", "customer": "cus_1" })),
        (
            "evt_d1",
            "charge.dispute.created",
            json!({ "id": "du_1", "charge": { "id": "ch_1", "customer": "cus_1" } }),
        ),
        (
            "evt_d2",
            "charge.dispute.closed",
            json!({ "id": "du_2", "charge": "ch_1", "metadata": { "organization_id": jo.org() } }),
        ),
    ] {
        let mut event = event(id, kind, &object);
        event["created"] = json!(now.as_second());
        for expected in ["applied", "ignored"] {
            assert_eq!(outcome(&world, &event).await, expected, "{kind}");
        }
        assert!(item(&world, &jo.org()).await.contains(id), "{kind}");
    }
    assert_eq!(jo.organization().await["status"], "active");
}

#[tokio::test]
async fn dispute_without_customer_needs_review() {
    let world = World::new().await;
    let dispute = event("evt_d1", "charge.dispute.created", &json!({ "id": "du_1", "charge": "ch_1" }));
    let before = world.item_count().await;
    for _ in 0..2 {
        assert_eq!(outcome(&world, &dispute).await, "unattributed");
    }
    // The event, and the item that raises the alarm.
    assert_eq!(world.item_count().await, before + 2);
    let quarantined = world.items("STRIPE#evt_d1").await;
    let text = serde_json::to_string(&quarantined).unwrap();
    assert!(text.contains("a payment of charge ch_1 was disputed"), "{text}");
    world.advance("11m").await;
    assert_eq!(outcome(&world, &dispute).await, "unattributed");
    assert_eq!(world.items("STRIPE#evt_d1").await.len(), 1, "a repeated event raises no second alarm");
    let closed = event("evt_d2", "charge.dispute.closed", &json!({ "id": "du_1", "charge": "ch_1" }));
    assert_eq!(outcome(&world, &closed).await, "ignored", "the dispute is listed once");
    let stranger = event("evt_r1", "charge.refunded", &json!({ "id": "ch_2", "customer": "cus_stranger" }));
    assert_eq!(outcome(&world, &stranger).await, "parked", "the customer can still be linked");
}

#[tokio::test]
async fn deleted_customer_ends_access_and_stays_linked() {
    let world = World::new().await;
    let mut jo = paying(&world, "cus_1").await;
    assert_eq!(
        outcome(&world, &event("evt_x", "customer.deleted", &json!({ "id": "cus_1" }))).await,
        "applied"
    );
    let organization = jo.organization().await;
    assert_eq!((&organization["status"], &organization["access"]), (&json!("canceled"), &json!("read_only")));
    assert!(jo.open("/dashboard").await.text().contains("Getting Started"), "nothing is deleted");

    let late = json!({ "id": "in_9", "customer": "cus_1", "amount_paid": 2900, "created": 1_767_225_600,
        "subscription": "sub_9" });
    assert_eq!(
        outcome(&world, &event("evt_late", "invoice.paid", &late)).await,
        "applied",
        "the customer is still linked, so the event is not parked"
    );
    assert_eq!(jo.organization().await["status"], "canceled", "the late payment does not restore access");
}

#[tokio::test]
async fn deleted_customer_ends_a_running_trial() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let link =
        json!({ "type": "checkout.session.completed", "organization_id": jo.org(), "customer": "cus_1" });
    assert_eq!(world.stripe(link).await, [200]);
    assert_eq!(jo.organization().await["status"], "trialing");
    assert_eq!(
        outcome(&world, &event("evt_x", "customer.deleted", &json!({ "id": "cus_1" }))).await,
        "applied"
    );
    assert_eq!(jo.organization().await["status"], "canceled");
    world.advance("15d").await;
    assert!(world.mails("trial_ending").await.is_empty() && world.mails("trial_ended").await.is_empty());
}

#[tokio::test]
async fn event_of_other_mode_or_account_changes_nothing() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let before = world.item_count().await;
    let paid = json!({ "id": "in_1", "customer": "cus_1", "amount_paid": 2900, "created": 1_767_225_600,
        "metadata": { "organization_id": jo.org() } });
    let mut live = event("evt_1", "invoice.paid", &paid);
    live["livemode"] = json!(true);
    let mut connected = event("evt_2", "invoice.paid", &paid);
    connected["account"] = json!("acct_another");
    for event in [live, connected] {
        assert_eq!(outcome(&world, &event).await, "wrong_mode");
    }
    assert_eq!(
        (jo.organization().await["status"].clone(), world.item_count().await),
        (json!("pending"), before)
    );
    assert_eq!(
        outcome(&world, &event("evt_3", "invoice.paid", &paid)).await,
        "linked",
        "the same event for this account"
    );
}

#[tokio::test]
async fn event_that_changes_nothing_is_ignored() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let now = world.stack.system().cloud.clock.now().as_second();
    let object = json!({ "id": "in_1", "customer": "cus_1", "amount_paid": 2900, "created": now,
        "metadata": { "organization_id": jo.org() } });
    for (id, kind, expected) in [
        ("evt_1", "invoice.paid", "linked"),
        ("evt_1", "invoice.paid", "ignored"),
        ("evt_2", "invoice.payment_succeeded", "ignored"),
        ("evt_3", "charge.refunded", "applied"),
        ("evt_4", "invoice.created", "ignored"),
    ] {
        let mut event = event(id, kind, &object);
        event["created"] = json!(now);
        assert_eq!(outcome(&world, &event).await, expected, "{id} {kind}");
    }
    assert_eq!(jo.organization().await["status"], "active");
}

#[tokio::test]
async fn event_with_a_repeated_key_is_quarantined() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let object = json!({ "id": "in_1", "customer": "cus_1", "amount_paid": 2900, "created": 1_767_225_600,
        "metadata": { "organization_id": jo.org() } });
    let body = event("evt_1", "invoice.paid", &object).to_string();
    let body = body.replace("\"amount_paid\"", "\"amount_paid\":0,\"amount_paid\"");
    let response = post_text(&world, world.stack.webhook_secret(), body, &[]).await;
    assert_eq!((response.status, &response.json()["outcome"]), (200, &json!("quarantined")));
    assert_eq!(jo.organization().await["status"], "pending");
}
