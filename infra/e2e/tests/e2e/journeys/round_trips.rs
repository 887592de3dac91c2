//! Number of AWS calls for each request, and the consistency and permissions of these calls.

use serde_json::{Value, json};

use e2e::driver::World;

#[tokio::test]
async fn request_makes_only_the_documented_aws_calls() {
    let world = World::new().await;
    let mut jo = world.visitor();
    let sign_up = jo.sign_up("Acme", "jo@example.com", true).await;
    assert_eq!(world.calls_of(&sign_up).await, ["TransactWriteItems"]);

    for path in ["/onboarding/welcome", "/onboarding/checklist", "/dashboard", "/onboarding/widget"] {
        let page = jo.open(path).await;
        assert_eq!(world.calls_of(&page).await, ["BatchGetItem"], "{path}");
    }
    let read = jo.read("/onboarding/api/checklist").await;
    assert_eq!(world.calls_of(&read).await, ["BatchGetItem"]);
    let tick = jo.post("/onboarding/api/checklist/complete/created_project").await;
    assert_eq!(world.calls_of(&tick).await, ["BatchGetItem", "UpdateItem"]);
    let again = jo.post("/onboarding/api/checklist/complete/created_project").await;
    assert_eq!(world.calls_of(&again).await, ["BatchGetItem"], "no change, so no write");
    let guide = world.visitor().open("/onboarding/guide").await;
    assert!(world.calls_of(&guide).await.is_empty());

    let known = world
        .visitor()
        .submit("/organizations/new", &[("name", "A"), ("full_name", "B"), ("email", "jo@example.com")])
        .await;
    assert_eq!(world.calls_of(&known).await, ["TransactWriteItems", "TransactWriteItems"]);
}

#[tokio::test]
async fn webhook_makes_one_read_and_one_write() {
    let world = World::new().await;
    let jo = world.pending("Acme", "jo@example.com").await;
    let org = jo.org();
    // Each call sends the same event, with the same ids and times.
    let at = world.stack.system().cloud.clock.now().as_second();
    let same = json!({ "id": "evt_1", "created": at, "data.object.id": "in_1", "data.object.created": at });
    let paid = || json!({ "type": "invoice.paid", "organization_id": org, "customer": "cus_1", "set": same });
    let checkout =
        json!({ "type": "checkout.session.completed", "organization_id": org, "customer": "cus_1" });
    assert_eq!(webhook_calls(&world, checkout).await, ["BatchGetItem", "TransactWriteItems"], "it links");
    assert_eq!(webhook_calls(&world, paid()).await, ["BatchGetItem", "UpdateItem"]);
    assert_eq!(
        webhook_calls(&world, paid()).await,
        ["BatchGetItem"],
        "a repeated event reads once and writes nothing"
    );
    let unmarked = json!({ "type": "invoice.payment_failed", "customer": "cus_1" });
    assert_eq!(webhook_calls(&world, unmarked).await, ["BatchGetItem", "GetItem", "UpdateItem"]);
    let other = world.pending("Other", "other@example.com").await.org();
    let moved = json!({ "type": "invoice.paid", "organization_id": other, "customer": "cus_1" });
    let calls = webhook_calls(&world, moved).await;
    assert_eq!(calls, ["BatchGetItem", "GetItem", "TransactWriteItems", "TransactWriteItems"]);
}

#[tokio::test]
async fn deciding_reads_are_consistent_and_every_call_is_allowed() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    world.stripe(json!({ "type": "invoice.paid", "organization_id": jo.org() })).await;
    // Stripe sends an event that Onramp parks. Then it sends a Checkout event, which links the
    // customer and applies the parked event.
    world.stripe(json!({ "type": "invoice.paid", "customer": "cus_1" })).await;
    let session =
        json!({ "type": "checkout.session.completed", "organization_id": jo.org(), "customer": "cus_1" });
    world.stripe(session).await;
    jo.post("/onboarding/api/checklist/complete/created_project").await;
    crate::journeys::sign_in::sign_in_by_link(&world, &mut world.visitor(), "jo@example.com").await;
    world.advance("11d").await;
    let calls = world.local("GET", "/_local/calls", None).await;
    let denied: Vec<&Value> =
        calls.as_array().unwrap().iter().filter(|call| call["allowed_by"].is_null()).collect();
    assert!(denied.is_empty(), "{denied:#?}");
    // Only reads by key have a value in `consistent`. Writes have none. Index queries have none
    // either, because they only find candidates that the code then reads by key. The reads during
    // init only open a connection, and their results are not used.
    let reads: Vec<&Value> = calls
        .as_array()
        .unwrap()
        .iter()
        .filter(|call| !call["consistent"].is_null() && call["request_id"] != "init")
        .collect();
    for operation in ["GetItem", "BatchGetItem", "Query"] {
        assert!(reads.iter().any(|call| call["operation"] == operation), "no {operation} was made");
    }
    let stale: Vec<_> = reads.iter().filter(|call| call["consistent"] == false).collect();
    assert!(stale.is_empty(), "{stale:#?}");
}

/// Sends one Stripe event and returns the AWS calls that the webhook made for it.
async fn webhook_calls(world: &World, event: Value) -> Vec<String> {
    world.settle().await;
    let seen = world.local("GET", "/_local/calls", None).await;
    let since = seen.as_array().unwrap().last().map_or(0, |call| call["seq"].as_u64().unwrap());
    assert_eq!(world.stripe(event).await, [200]);
    let calls = world.local("GET", &format!("/_local/calls?since={since}"), None).await;
    let of_webhook = calls.as_array().unwrap().iter().filter(|call| call["function"] == "stripe-webhook");
    of_webhook.map(|call| call["operation"].as_str().unwrap().to_owned()).collect()
}
