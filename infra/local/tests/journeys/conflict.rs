//! Metadata and link that name different organizations.

use serde_json::{Value, json};

use crate::driver::{Visitor, World};

/// What an operator finds noted in the organization's item.
async fn noted(world: &World, jo: &Visitor<'_>) -> String {
    let items = world.items(&format!("ORG#{}", jo.org())).await;
    let noted =
        items.iter().filter_map(|item| item.pointer("/billing/M/noted").or(item.pointer("/billing/noted")));
    noted.map(Value::to_string).collect()
}

/// Links a customer to an organization as our own Checkout does.
async fn link(world: &World, jo: &Visitor<'_>, customer: &str) {
    let session =
        json!({ "type": "checkout.session.completed", "organization_id": jo.org(), "customer": customer });
    assert_eq!(world.stripe(session).await, [200]);
}

/// The organization that a customer is linked to.
async fn linked(world: &World, customer: &str) -> String {
    let items = world.items(&format!("CUSTOMER#{customer}")).await;
    items.iter().find(|item| item.to_string().contains("LINK")).unwrap().to_string()
}

#[tokio::test]
async fn metadata_decides_against_the_link_in_either_order_and_the_conflict_is_noted() {
    for link_first in [true, false] {
        let world = World::new().await;
        let mut one = world.pending("One", "one@example.com").await;
        let mut other = world.pending("Other", "other@example.com").await;
        let paid = json!({ "type": "invoice.paid", "organization_id": other.org(), "customer": "cus_1" });
        if link_first {
            link(&world, &one, "cus_1").await;
        }
        assert_eq!(world.stripe(paid.clone()).await, [200]);
        if !link_first {
            link(&world, &one, "cus_1").await;
            // Whatever comes next of this customer meets the link.
            assert_eq!(world.stripe(paid).await, [200]);
        }
        assert_eq!(other.organization().await["status"], "active", "metadata decides");
        assert_eq!(one.organization().await["status"], "pending");
        assert!(linked(&world, "cus_1").await.contains(&one.org()), "the link stays");
        assert!(noted(&world, &other).await.contains("cus_1"), "link first: {link_first}");
    }
}

#[tokio::test]
async fn a_session_of_another_organization_never_moves_a_link() {
    let world = World::new().await;
    let one = world.pending("One", "one@example.com").await;
    let other = world.pending("Other", "other@example.com").await;
    link(&world, &one, "cus_1").await;
    link(&world, &other, "cus_1").await;
    assert!(linked(&world, "cus_1").await.contains(&one.org()));
    assert!(noted(&world, &other).await.contains("cus_1"));
}

#[tokio::test]
async fn a_reference_to_another_organization_is_noted_where_the_session_counts() {
    let world = World::new().await;
    let mut one = world.pending("One", "one@example.com").await;
    let mut other = world.pending("Other", "other@example.com").await;
    link(&world, &one, "cus_1").await;
    let session = json!({ "type": "checkout.session.completed", "customer": "cus_1",
        "set": { "id": "evt_odd", "data.object.client_reference_id": other.org() } });
    assert_eq!(world.stripe(session).await, [200]);
    assert!(linked(&world, "cus_1").await.contains(&one.org()));
    assert!(noted(&world, &one).await.contains("evt_odd"));
    assert_eq!(noted(&world, &other).await, "");
    assert_eq!(
        (one.organization().await["status"].clone(), other.organization().await["status"].clone()),
        (json!("pending"), json!("pending"))
    );
}

#[tokio::test]
async fn a_second_customer_of_an_organization_is_linked_and_noted() {
    let world = World::new().await;
    let one = world.pending("One", "one@example.com").await;
    link(&world, &one, "cus_1").await;
    link(&world, &one, "cus_2").await;
    assert!(linked(&world, "cus_2").await.contains(&one.org()));
    assert!(noted(&world, &one).await.contains("cus_2"));
}
