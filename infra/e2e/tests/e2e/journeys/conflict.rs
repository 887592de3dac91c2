//! Stripe events whose metadata and customer link name different organizations.

use serde_json::{Value, json};

use e2e::driver::{Visitor, World};

/// Returns the conflicts in the organization's item, as JSON text.
async fn recorded_conflicts(world: &World, jo: &Visitor<'_>) -> String {
    let items = world.items(&format!("ORG#{}", jo.org())).await;
    let conflicts =
        items.iter().filter_map(|item| item.pointer("/billing/M/noted").or(item.pointer("/billing/noted")));
    conflicts.map(Value::to_string).collect()
}

/// Returns the quarantined items of an event as JSON text, or an empty string.
async fn quarantined(world: &World, event: &str) -> String {
    world.items(&format!("STRIPE#{event}")).await.iter().map(Value::to_string).collect()
}

/// Links a customer to an organization with a Checkout event.
async fn link(world: &World, jo: &Visitor<'_>, customer: &str) {
    let session =
        json!({ "type": "checkout.session.completed", "organization_id": jo.org(), "customer": customer });
    assert_eq!(world.stripe(session).await, [200]);
}

/// Returns the item that links a customer to its organization.
async fn linked(world: &World, customer: &str) -> String {
    let items = world.items(&format!("CUSTOMER#{customer}")).await;
    items.iter().find(|item| item.to_string().contains("LINK")).unwrap().to_string()
}

#[tokio::test]
async fn metadata_overrides_the_link_of_a_subscription() {
    let world = World::new().await;
    let mut one = world.pending("One", "one@example.com").await;
    let mut other = world.pending("Other", "other@example.com").await;
    link(&world, &one, "cus_1").await;
    let paid = json!({ "type": "invoice.paid", "organization_id": other.org(), "customer": "cus_1",
        "set": { "id": "evt_paid", "data.object.parent.subscription_details.subscription": "sub_1" } });
    assert_eq!(world.stripe(paid).await, [200]);
    assert_eq!(other.organization().await["status"], "active", "metadata decides");
    assert_eq!(one.organization().await["status"], "pending");
    assert!(linked(&world, "cus_1").await.contains(&one.org()), "the link stays");
    assert_eq!(recorded_conflicts(&world, &other).await, "", "a moved subscription is no conflict");
    let reason = format!(
        "subscription sub_1 names organization {}, but its customer cus_1 is linked to {}",
        other.org(),
        one.org()
    );
    assert!(quarantined(&world, "evt_paid").await.contains(&reason));
}

#[tokio::test]
async fn metadata_overrides_the_link_of_a_one_off_and_is_recorded() {
    let world = World::new().await;
    let one = world.pending("One", "one@example.com").await;
    let mut other = world.pending("Other", "other@example.com").await;
    link(&world, &one, "cus_1").await;
    let paid = json!({ "type": "invoice.paid", "organization_id": other.org(), "customer": "cus_1",
        "set": { "id": "evt_paid", "data.object.parent": null, "data.object.lines.data": [],
            "data.object.metadata": { "organization_id": other.org() } } });
    assert_eq!(world.stripe(paid).await, [200]);
    assert_eq!(other.organization().await["status"], "active", "metadata decides");
    assert!(linked(&world, "cus_1").await.contains(&one.org()), "the link stays");
    assert!(recorded_conflicts(&world, &other).await.contains("cus_1"));
    let reason =
        format!("names organization {}, but its customer cus_1 is linked to {}", other.org(), one.org());
    assert!(quarantined(&world, "evt_paid").await.contains(&reason));
}

#[tokio::test]
async fn metadata_links_a_customer_without_a_link() {
    let world = World::new().await;
    let one = world.pending("One", "one@example.com").await;
    let mut other = world.pending("Other", "other@example.com").await;
    let paid = json!({ "type": "invoice.paid", "organization_id": other.org(), "customer": "cus_1" });
    assert_eq!(world.stripe(paid).await, [200]);
    assert!(linked(&world, "cus_1").await.contains(&other.org()));
    link(&world, &one, "cus_1").await;
    assert!(linked(&world, "cus_1").await.contains(&other.org()), "a link never moves");
    assert!(recorded_conflicts(&world, &one).await.contains("cus_1"));
    assert_eq!(other.organization().await["status"], "active");
}

#[tokio::test]
async fn checkout_of_another_organization_never_moves_a_link() {
    let world = World::new().await;
    let one = world.pending("One", "one@example.com").await;
    let other = world.pending("Other", "other@example.com").await;
    link(&world, &one, "cus_1").await;
    link(&world, &other, "cus_1").await;
    assert!(linked(&world, "cus_1").await.contains(&one.org()));
    assert!(recorded_conflicts(&world, &other).await.contains("cus_1"));
}

#[tokio::test]
async fn conflicting_reference_is_recorded_when_session_applies() {
    let world = World::new().await;
    let mut one = world.pending("One", "one@example.com").await;
    let mut other = world.pending("Other", "other@example.com").await;
    link(&world, &one, "cus_1").await;
    let session = json!({ "type": "checkout.session.completed", "customer": "cus_1",
        "set": { "id": "evt_odd", "data.object.client_reference_id": other.org() } });
    assert_eq!(world.stripe(session).await, [200]);
    assert!(linked(&world, "cus_1").await.contains(&one.org()));
    assert!(recorded_conflicts(&world, &one).await.contains("evt_odd"));
    assert!(quarantined(&world, "evt_odd").await.contains("names another organization"));
    assert_eq!(recorded_conflicts(&world, &other).await, "");
    assert_eq!(
        (one.organization().await["status"].clone(), other.organization().await["status"].clone()),
        (json!("pending"), json!("pending"))
    );
}

#[tokio::test]
async fn conflicting_reference_is_recorded_after_session_was_parked() {
    let world = World::new().await;
    let (one, other) =
        (world.pending("One", "one@example.com").await, world.pending("Other", "other@example.com").await);
    let session = json!({ "type": "checkout.session.completed", "customer": "cus_1",
        "set": { "id": "evt_odd", "data.object.client_reference_id": other.org() } });
    assert_eq!(world.stripe(session).await, [200]);
    link(&world, &one, "cus_1").await;
    assert!(recorded_conflicts(&world, &one).await.contains("evt_odd"));
}

#[tokio::test]
async fn move_is_quarantined_before_it_is_recorded() {
    let world = World::new().await;
    let one = world.pending("One", "one@example.com").await;
    let other = world.pending("Other", "other@example.com").await;
    link(&world, &one, "cus_1").await;
    let paid = |event: &str| {
        json!({ "type": "invoice.paid", "organization_id": other.org(), "customer": "cus_1",
        "set": { "id": event, "data.object.parent.subscription_details.subscription": "sub_1" } })
    };
    let fails = |nth: u32| json!([{ "function": "stripe-webhook", "operation": "TransactWriteItems", "nth": nth, "kind": "access_denied" }]);
    world.inject(fails(1)).await;
    assert_eq!(world.stripe(paid("evt_1")).await, [500]);
    assert!(world.items("SUBSCRIPTION#sub_1").await.is_empty(), "the move is recorded after its review");
    world.inject(fails(2)).await;
    assert_eq!(world.stripe(paid("evt_1")).await, [500]);
    assert!(!quarantined(&world, "evt_1").await.is_empty(), "the review is stored before the move");
    world.inject(json!([])).await;
    assert_eq!(world.stripe(paid("evt_1")).await, [200]);
    assert_eq!(world.stripe(paid("evt_2")).await, [200]);
    assert!(!quarantined(&world, "evt_1").await.is_empty());
    assert!(quarantined(&world, "evt_2").await.is_empty(), "the move is already recorded");
    assert!(world.items("SUBSCRIPTION#sub_1").await[0].to_string().contains(&other.org()));
}

#[tokio::test]
async fn second_customer_is_linked_and_recorded() {
    let world = World::new().await;
    let one = world.pending("One", "one@example.com").await;
    link(&world, &one, "cus_1").await;
    link(&world, &one, "cus_2").await;
    assert!(linked(&world, "cus_2").await.contains(&one.org()));
    assert!(recorded_conflicts(&world, &one).await.contains("cus_2"));
    let table = world.local("GET", "/_local/table", None).await.to_string();
    assert!(table.contains("is of customer cus_2"), "{table}");
}

#[tokio::test]
async fn conflict_within_the_facts_is_quarantined_once() {
    let world = World::new().await;
    let one = world.pending("One", "one@example.com").await;
    link(&world, &one, "cus_1").await;
    let created = |event: &str| {
        json!({ "type": "customer.subscription.created", "organization_id": one.org(),
        "customer": "cus_2", "set": { "id": event, "data.object.id": "sub_2" } })
    };
    assert_eq!(world.stripe(created("evt_1")).await, [200]);
    let first = quarantined(&world, "evt_1").await;
    assert!(first.contains("is of customer cus_2") && first.contains(&one.org()), "{first}");
    assert!(recorded_conflicts(&world, &one).await.contains("cus_2"));
    world.advance("1h").await;
    assert_eq!(world.stripe(created("evt_1")).await, [200]);
    assert_eq!(quarantined(&world, "evt_1").await, first, "a repeated event writes nothing");
    assert_eq!(world.stripe(created("evt_2")).await, [200]);
    assert!(quarantined(&world, "evt_2").await.is_empty(), "the conflict is already recorded");
}

#[tokio::test]
async fn quarantined_event_keeps_its_first_time() {
    let world = World::new().await;
    let thin = json!({ "id": "evt_thin", "object": "v2.core.event" });
    assert_eq!(e2e::signed::outcome(&world, &thin).await, "quarantined");
    let first = quarantined(&world, "evt_thin").await;
    world.advance("1h").await;
    assert_eq!(e2e::signed::outcome(&world, &thin).await, "quarantined");
    assert_eq!((quarantined(&world, "evt_thin").await, first.is_empty()), (first, false));
}
