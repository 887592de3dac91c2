//! Metrics of successful and of failing organizations.

use serde_json::json;

use e2e::{
    counted::{begin, counted, measured},
    driver::World,
    signed,
};

const TASKS: [&str; 8] = [
    "invited_team_member",
    "created_project",
    "created_time_entry",
    "set_working_hours",
    "created_client",
    "customized_settings",
    "added_billing_info",
    "generated_report",
];

#[tokio::test]
async fn successful_organization_is_counted_once_in_every_metric() {
    begin();
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    world.advance("4m").await;
    for task in TASKS {
        jo.post(&format!("/onboarding/api/checklist/complete/{task}")).await;
    }
    let paid = json!({ "type": "invoice.paid", "organization_id": jo.org(), "count": 2 });
    assert_eq!(world.stripe(paid).await, [200, 200]);
    world.settle().await;
    assert_eq!((counted("Provisioned"), counted("ProvisioningFailed")), (1, 0));
    assert!(
        matches!(measured("TimeToFirstValue").as_slice(), [240..300]),
        "{:?}",
        measured("TimeToFirstValue")
    );
    assert!(matches!(measured("TimeToComplete").as_slice(), [240..300]), "{:?}", measured("TimeToComplete"));
    assert_eq!((counted("OnboardingCompleted"), counted("OnboardingCompletedInTime")), (1, 1));
    assert_eq!((counted("TrialConverted"), counted("TrialRecovered")), (1, 0));
}

#[tokio::test]
async fn late_payer_is_counted_separately() {
    begin();
    let world = World::new().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    world.advance("15d").await;
    let paid = json!({ "type": "invoice.paid", "organization_id": jo.org() });
    assert_eq!(world.stripe(paid).await, [200]);
    let now = world.local("GET", "/_local/clock", None).await["now"].clone();
    for event in ["project.created", "client.created"] {
        let detail = json!({ "organization_id": jo.org(), "actor": "Jo", "occurred_at": now });
        world.host_event(event, detail).await;
    }
    assert_eq!((counted("TrialExpired"), counted("TrialExpiredWithoutPaymentMethod")), (1, 1));
    assert_eq!((counted("TrialConverted"), counted("TrialRecovered")), (0, 1));
    assert!(
        measured("TimeToFirstValue").len() == 1 && counted("TimeToFirstValue") >= 1_296_000,
        "the task that billing completes does not count"
    );
    let before = counted("ClockRan");
    let scheduled = include_str!("../../../../../events/trial-reminder/scheduled.json");
    world.local("POST", "/_local/invoke/trial-reminder", serde_json::from_str(scheduled).ok()).await;
    assert_eq!(counted("ClockRan"), before + 1, "each run is a heartbeat");
}

#[tokio::test]
async fn failed_and_repeated_provisioning_are_both_counted() {
    begin();
    let world = World::new().await;
    world.inject(json!([{ "operation": "TransactWriteItems", "nth": 1, "kind": "access_denied" }])).await;
    let form = "name=Acme&full_name=Jo+Doe&email=jo%40example.com&start_trial=true";
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let rejected = world.send("POST", "/organizations/new", &headers, form).await;
    assert!(rejected.status >= 500, "{}", rejected.status);
    assert_eq!((counted("Provisioned"), counted("ProvisioningFailed")), (0, 1));

    let ann = world.pending("Other", "ann@example.com").await;
    let denied = json!([{ "function": "stripe-webhook", "operation": "TransactWriteItems", "nth": 1, "kind": "access_denied" }]);
    world.inject(denied).await;
    let paid = json!({ "type": "invoice.paid", "organization_id": ann.org() });
    let statuses = world.stripe(paid).await;
    assert_eq!(statuses.first(), Some(&500));
    world.settle().await;
    assert_eq!(counted("ProvisioningFailed"), 2);
    if statuses.len() == 1 {
        let again = json!({ "type": "invoice.paid", "organization_id": ann.org() });
        assert_eq!(world.stripe(again).await, [200]);
    }
    assert_eq!((counted("Provisioned"), counted("ProvisioningFailed")), (1, 2));
}

#[tokio::test]
async fn lost_race_counts_as_no_failure() {
    begin();
    let world = World::new().await;
    world.inject(json!([{ "operation": "TransactWriteItems", "nth": 1, "kind": "conflict" }])).await;
    world.trialing("Acme", "jo@example.com").await;
    assert_eq!((counted("Provisioned"), counted("ProvisioningFailed")), (1, 0));
}

#[tokio::test]
async fn repeated_stream_record_is_counted_once() {
    begin();
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    world.settle().await;
    world.inject(json!([{ "service": "events", "nth": 1, "kind": "access_denied" }])).await;
    jo.post("/onboarding/api/checklist/complete/created_project").await;
    assert_eq!(world.events("checklist.task_completed").await.len(), 1);
    assert_eq!(measured("TimeToFirstValue").len(), 1);
}

/// Posts a signed event that Stripe created `ago` seconds before the present time.
async fn send(world: &World, id: &str, kind: &str, ago: i64, object: serde_json::Value) {
    let created = world.stack.system().clock().now().as_second() - ago;
    let event = json!({ "id": id, "object": "event", "type": kind, "livemode": false, "created": created,
        "data": { "object": object } });
    signed::outcome(world, &event).await;
}

#[tokio::test]
async fn money_without_effect_is_counted_once_after_ten_minutes() {
    begin();
    let world = World::new().await;
    let jo = world.pending("Acme", "jo@example.com").await;
    let dispute = json!({ "id": "dp_1", "charge": "ch_1", "amount": 2900, "currency": "eur" });
    let missing = "org_0198c0de-0000-7000-8000-00000000dead";
    let session = |customer: &str, reference: Option<&str>, metadata: Option<&str>| {
        json!({ "id": "cs_1", "customer": customer, "client_reference_id": reference,
            "metadata": { "organization_id": metadata } })
    };
    send(&world, "evt_1", "charge.dispute.created", 0, dispute.clone()).await;
    send(&world, "evt_2", "charge.dispute.created", 0, dispute).await;
    let refund = json!({ "id": "ch_2", "object": "charge", "amount_refunded": 2900, "currency": "eur" });
    send(&world, "evt_3", "charge.refunded", 0, refund).await;
    let linked = "checkout.session.completed";
    send(&world, "evt_4", linked, 0, session("cus_4", Some(&jo.org()), None)).await;
    send(&world, "evt_5", linked, 0, session("cus_5", None, Some(missing))).await;
    send(&world, "evt_6", linked, 0, session("cus_6", Some("acme"), None)).await;
    // An operator dismissed the second dispute.
    let key = json!({ "pk": { "S": "STRIPE#evt_2" }, "sk": { "S": "QUARANTINED" } });
    world.write("UpdateItem", json!({ "Key": key, "UpdateExpression": "REMOVE due_pk, due_at" }));
    let counts = || (counted("MoneyWithoutEffect"), counted("EventWaiting"));
    world.advance("9m").await;
    assert_eq!(counts(), (0, 0));
    world.advance("6m").await;
    assert_eq!(counts(), (2, 1), "the dispute and the payment with a reference; the one with metadata");
    world.advance("1h").await;
    assert_eq!(counts(), (2, 1), "later runs count nothing again");
}

#[tokio::test]
async fn second_subscription_that_ends_in_time_raises_no_alarm() {
    begin();
    let world = World::new().await;
    let jo = world.pending("Acme", "jo@example.com").await;
    let subscription = |id: &str, status: &str| {
        json!({ "id": id, "customer": "cus_1", "status": status, "metadata": { "organization_id": jo.org() },
            "items": { "data": [{ "price": { "id": "price_local_team" } }] } })
    };
    for (event, kind, id, status) in [
        ("evt_1", "customer.subscription.created", "sub_1", "active"),
        ("evt_2", "customer.subscription.created", "sub_2", "active"),
        ("evt_3", "customer.subscription.deleted", "sub_2", "canceled"),
    ] {
        send(&world, event, kind, 0, subscription(id, status)).await;
    }
    world.advance("15m").await;
    assert_eq!(counted("MoneyWithoutEffect"), 0);
    let left = world.items("STRIPE#evt_2").await;
    assert_eq!((left.len(), left[0].get("due_pk")), (1, None), "it left the queue; its alarm is deleted");
}

#[tokio::test]
async fn trial_without_confirmation_is_counted_once_after_72_hours() {
    begin();
    let world = World::new().await;
    let end = world.stack.system().clock().now().as_second() + 3600;
    for (org, confirmed) in [("Lost", false), ("Confirmed", true)] {
        let admin = world.pending(org, &format!("{org}@example.com")).await;
        let subscription = |status: &str| {
            json!({ "id": format!("sub_{org}"), "customer": format!("cus_{org}"), "status": status, "trial_end": end,
                "metadata": { "organization_id": admin.org() },
                "items": { "data": [{ "price": { "id": "price_local_team" } }] } })
        };
        send(&world, &format!("evt_{org}"), "customer.subscription.created", 0, subscription("trialing"))
            .await;
        if confirmed {
            world.advance("2h").await;
            send(&world, "evt_past", "customer.subscription.updated", 0, subscription("past_due")).await;
        }
    }
    world.advance("70h").await;
    assert_eq!(counted("PlanUnconfirmed"), 0);
    world.advance("2h").await;
    assert_eq!((counted("PlanUnconfirmed"), world.events("subscription.past_due").await.len()), (1, 2));
    world.advance("24h").await;
    assert_eq!(counted("PlanUnconfirmed"), 1, "later runs count nothing again");
}
