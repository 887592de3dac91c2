//! Onramp with the Stripe mock, end to end: payments in the mock change the organization's status.

use serde_json::json;
use stack::Config;

use crate::stripe_mock::fixture::{Account, KEY, TEAM, encoded, id};
use e2e::driver::World;

#[tokio::test]
async fn checkout_activates_in_every_delivery_mode() {
    for mode in ["normal", "twice", "shuffle", "hold"] {
        let world = World::new().await;
        let mut jo = world.pending("Acme", "jo@example.com").await;
        world.local("POST", "/_local/stripe/delivery", Some(json!({ "mode": mode }))).await;
        let account = Account(&world.stack);
        let session = account.checkout(&account.customer(&jo.org()), &jo.org(), TEAM, None);
        account.submit(&format!("/c/pay/{}", id(&session)), &[("choice", "pay")]);
        world.local("POST", "/_local/stripe/release", None).await;
        world.settle().await;
        assert_eq!(jo.organization().await["status"], "active", "{mode}");
        assert_eq!(world.mails("welcome").await.len(), 1, "{mode}");
        assert_eq!(world.events("organization.provisioned").await.len(), 1, "{mode}");
    }
}

#[tokio::test]
async fn failed_renewal_is_an_issue_until_paid_in_the_portal() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let account = Account(&world.stack);
    let customer = account.customer(&jo.org());
    let session = account.checkout(&customer, &jo.org(), TEAM, None);
    account.submit(&format!("/c/pay/{}", id(&session)), &[("choice", "pay_once")]);
    world.settle().await;
    assert_eq!(jo.organization().await["status"], "active");
    assert_eq!(world.events("subscription.activated").await.len(), 1);
    // The session expires during these 32 days, so the test reads the status from domain events.
    world.advance("32d").await;
    assert_eq!(world.events("subscription.past_due").await.len(), 1);
    assert_eq!(world.events("subscription.activated").await.len(), 1);
    account.portal(&customer, &[("do", "update_card"), ("card", "good")]);
    assert_eq!(world.events("subscription.activated").await.len(), 2);
}

#[tokio::test]
async fn event_that_was_not_stored_is_delivered_again() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    world.inject(json!([{ "function": "stripe-webhook", "service": "dynamodb", "kind": "error_500" }])).await;
    let account = Account(&world.stack);
    let session = account.checkout(&account.customer(&jo.org()), &jo.org(), TEAM, None);
    account.submit(&format!("/c/pay/{}", id(&session)), &[("choice", "pay")]);
    world.settle().await;
    world.local("DELETE", "/_local/faults", None).await;
    assert_eq!(jo.organization().await["status"], "pending");
    world.advance("1m").await;
    assert_eq!(jo.organization().await["status"], "active");
}

#[tokio::test]
async fn restart_keeps_the_state_of_the_mock() {
    let folder = std::env::temp_dir().join(format!("onramp-stripe-{}", std::process::id()));
    let config = || Config { data: Some(folder.clone()), ..Config::memory() };
    let (subscription, events) = {
        let world = World::with(config()).await;
        let account = Account(&world.stack);
        let (_, subscription) = account.subscribe("pay", None);
        (subscription, account.events())
    };
    let world = World::with(config()).await;
    let account = Account(&world.stack);
    assert_eq!(account.events(), events);
    assert_eq!(account.subscription(&subscription)["status"], "active");
    let headers = [("authorization", format!("Bearer {KEY}"))].map(|(name, value)| (name, value));
    let response = account.send("POST", "/v1/customers", &[(headers[0].0, &headers[0].1)], &encoded(&[]));
    assert_eq!(response.status(), 200);
    drop(world);
    std::fs::remove_dir_all(folder).unwrap();
}
