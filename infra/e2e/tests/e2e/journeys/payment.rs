//! Stripe payment events: provisioning, parking, replays, and faults.

use serde_json::json;

use e2e::driver::{Visitor, World};

/// Checks that the organization is active, and that Onramp provisioned it exactly once.
async fn assert_provisioned_once(world: &World, jo: &mut Visitor<'_>) {
    let organization = jo.organization().await;
    assert_eq!((&organization["status"], &organization["access"]), (&json!("active"), &json!("full")));
    assert!(jo.open("/dashboard").await.text().contains("Getting Started"));
    assert_eq!(world.mails("welcome").await.len(), 1);
    assert_eq!(world.events("organization.provisioned").await.len(), 1);
    assert_eq!(world.events("subscription.activated").await.len(), 1);
    let list = jo.checklist().await;
    let billing =
        list["tasks"].as_array().unwrap().iter().find(|task| task["key"] == "added_billing_info").unwrap();
    assert_eq!((&billing["completed"], &billing["source"]), (&json!(true), &json!("billing")));
}

#[tokio::test]
async fn repeated_first_payment_provisions_once() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    assert_eq!(jo.organization().await["status"], "pending");
    assert_eq!(jo.post("/onboarding/api/checklist/dismiss").await.status, 402);
    assert_eq!(world.mails("welcome").await.len(), 0);

    let statuses = world.stripe(json!({ "type": "invoice.paid", "organization_id": jo.org() })).await;
    assert_eq!(statuses, [200]);
    assert_provisioned_once(&world, &mut jo).await;

    let twenty = json!({ "type": "invoice.paid", "organization_id": jo.org(), "count": 20, "set": { "id": "evt_same" } });
    let mut statuses = world.stripe(twenty.clone()).await;
    assert_eq!(statuses.len(), 20);
    for _ in 0..10 {
        if statuses.iter().all(|status| *status == 200) {
            break;
        }
        statuses = world.stripe(twenty.clone()).await;
    }
    assert_eq!(statuses, [200; 20], "a repeated event returns 200");
    world.stripe(json!({ "type": "invoice.payment_succeeded", "organization_id": jo.org() })).await;
    assert_provisioned_once(&world, &mut jo).await;
}

#[tokio::test]
async fn parallel_first_payments_provision_once() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let event = json!({ "type": "invoice.paid", "organization_id": jo.org(), "count": 20, "set": { "id": "evt_1", "data.object.id": "in_1" } });
    let statuses = world.stripe(event.clone()).await;
    assert!(statuses.iter().all(|status| [200, 500].contains(status)), "{statuses:?}");
    assert!(statuses.contains(&200));
    assert_provisioned_once(&world, &mut jo).await;
}

#[tokio::test]
async fn payment_before_its_checkout_is_parked_and_applied() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let paid = json!({ "type": "invoice.paid", "customer": "cus_new" });
    assert_eq!(world.stripe(paid).await, [200]);
    assert_eq!(jo.organization().await["status"], "pending", "the customer is not linked yet");
    let parked = world.items("CUSTOMER#cus_new").await;
    assert!(parked.iter().any(|item| item.to_string().contains("PARKED#")), "{parked:?}");

    let checkout =
        json!({ "type": "checkout.session.completed", "customer": "cus_new", "organization_id": jo.org() });
    assert_eq!(world.stripe(checkout).await, [200]);
    assert_provisioned_once(&world, &mut jo).await;
    let parked = world.items("CUSTOMER#cus_new").await;
    assert!(!parked.iter().any(|item| item.to_string().contains("PARKED#")), "{parked:?}");
}

#[tokio::test]
async fn parallel_payment_and_checkout_always_provision() {
    for attempt in 0..10 {
        let world = World::new().await;
        let mut jo = world.pending("Acme", "jo@example.com").await;
        let paid = json!({ "type": "invoice.paid", "customer": "cus_new" });
        let checkout = json!({ "type": "checkout.session.completed", "customer": "cus_new", "organization_id": jo.org() });
        let (paid, checkout) = tokio::join!(world.stripe(paid), world.stripe(checkout));
        assert_eq!((paid, checkout), (vec![200], vec![200]), "attempt {attempt}");
        assert_provisioned_once(&world, &mut jo).await;
    }
}

#[tokio::test]
async fn client_reference_without_metadata_links_no_customer() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let checkout = json!({
        "type": "checkout.session.completed",
        "customer": "cus_evil",
        "set": { "data.object.client_reference_id": jo.org() },
    });
    assert_eq!(world.stripe(checkout).await, [200]);
    assert_eq!(world.stripe(json!({ "type": "invoice.paid", "customer": "cus_evil" })).await, [200]);
    assert_eq!(jo.organization().await["status"], "pending");
}

#[tokio::test]
async fn late_payment_does_not_revive_a_canceled_subscription() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    for kind in
        ["customer.subscription.created", "invoice.paid", "customer.subscription.deleted", "invoice.paid"]
    {
        assert_eq!(world.stripe(json!({ "type": kind, "organization_id": jo.org() })).await, [200], "{kind}");
    }
    let organization = jo.organization().await;
    assert_eq!((&organization["status"], &organization["access"]), (&json!("canceled"), &json!("read_only")));
    assert_eq!(world.mails("welcome").await.len(), 1);
}

#[tokio::test]
async fn billing_issue_is_shown_until_the_same_invoice_is_paid() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let of_jo = |kind: &str, invoice: &str| json!({ "type": kind, "organization_id": jo.org(), "set": { "data.object.id": invoice } });
    let (paid, failed, paid_late) = (
        of_jo("invoice.paid", "in_1"),
        of_jo("invoice.payment_failed", "in_2"),
        of_jo("invoice.paid", "in_2"),
    );
    world.stripe(paid).await;
    world.stripe(failed).await;
    let issue = jo.organization().await["billing_issue"].clone();
    assert_eq!((&issue["kind"], &issue["invoice"]), (&json!("payment_failed"), &json!("in_2")));
    world.stripe(paid_late).await;
    assert_eq!(jo.organization().await["billing_issue"], json!(null));
}

#[tokio::test]
async fn other_mode_and_unknown_event_types_change_nothing() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let before = world.item_count().await;
    let live = json!({ "type": "invoice.paid", "organization_id": jo.org(), "set": { "livemode": true } });
    assert_eq!(world.stripe(live).await, [200]);
    let unknown = json!({ "type": "radar.early_fraud_warning.created", "organization_id": jo.org() });
    assert_eq!(world.stripe(unknown).await, [200]);
    assert_eq!(jo.organization().await["status"], "pending");
    assert_eq!(world.item_count().await, before);
}

#[tokio::test]
async fn webhook_returns_500_when_it_cannot_store_and_recovers() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    world.inject(json!([{ "function": "stripe-webhook", "service": "dynamodb", "operation": "TransactWriteItems", "rate": 1.0, "kind": "error_500" }])).await;
    let paid = json!({ "type": "invoice.paid", "organization_id": jo.org(), "set": { "id": "evt_1" } });
    assert_eq!(world.stripe(paid.clone()).await, [500]);
    world.local("DELETE", "/_local/faults", None).await;
    assert_eq!(world.stripe(paid).await, [200]);
    assert_provisioned_once(&world, &mut jo).await;
}

#[tokio::test]
async fn lost_table_reply_does_not_provision_twice() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    world.inject(json!([{ "function": "stripe-webhook", "service": "dynamodb", "operation": "TransactWriteItems", "nth": 1, "kind": "reply_lost" }])).await;
    let paid = json!({ "type": "invoice.paid", "organization_id": jo.org(), "set": { "id": "evt_1" } });
    assert_eq!(world.stripe(paid).await, [200]);
    assert_provisioned_once(&world, &mut jo).await;
}

#[tokio::test]
async fn payment_provisions_in_every_api_version() {
    let world = World::new().await;
    for (n, version) in ["2024-06-20", "2025-03-31.basil", "2026-07-29.dahlia"].into_iter().enumerate() {
        let mut jo = world.pending("Acme", &format!("jo{n}@example.com")).await;
        let paid = json!({ "type": "invoice.paid", "organization_id": jo.org(), "api_version": version });
        assert_eq!(world.stripe(paid).await, [200]);
        assert_eq!(jo.organization().await["status"], "active", "{version}");
    }
}

#[tokio::test]
async fn repeated_payment_of_unknown_customer_is_parked_once() {
    let world = World::new().await;
    let paid = json!({ "type": "invoice.paid", "customer": "cus_new", "set": { "id": "evt_1" } });
    assert_eq!(world.stripe(paid.clone()).await, [200]);
    let before = world.items("CUSTOMER#cus_new").await;
    world.advance("1h").await;
    let after = world.items("CUSTOMER#cus_new").await;
    assert_eq!(world.stripe(paid).await, [200]);
    assert_eq!(world.items("CUSTOMER#cus_new").await, after, "a repeated event writes nothing");
    assert_eq!(before.len(), after.len());
}

#[tokio::test]
async fn impossible_event_times_need_review_and_change_nothing() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let odd = json!({ "type": "invoice.paid", "organization_id": jo.org(), "set": { "id": "evt_odd", "created": -70_000_000_000_i64 } });
    assert_eq!(world.stripe(odd).await, [200]);
    assert_eq!(world.items("STRIPE#evt_odd").await.len(), 1);
    let detail =
        json!({ "organization_id": jo.org(), "actor": "Mo", "occurred_at": "-000500-01-01T00:00:00Z" });
    world.host_event("project.created", detail).await;
    assert_eq!(jo.organization().await["status"], "pending");
}
