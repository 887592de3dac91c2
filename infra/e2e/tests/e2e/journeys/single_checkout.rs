//! Tests that no organization pays twice. Only the newest Checkout session can be paid. While a
//! subscription is alive, no session can be paid.

use serde_json::{Value, json};

use crate::journeys::billing::{checkout, press};
use e2e::driver::{TestResponse, Visitor, World};

const TOKEN: (&str, &str) = ("form_token", "a-token-of-22-characters");

/// Tries to pay the Checkout at the redirect target, and returns whether that was possible.
fn pay(world: &World, redirect: &TestResponse) -> bool {
    press(world, redirect.header("location"), "choice=pay").contains("/billing/return?session=")
}

/// Counts the subscriptions that were ever created.
fn subscriptions(world: &World) -> usize {
    let events = world.stack.system().stripe.events();
    events.iter().filter(|event| event["type"] == "customer.subscription.created").count()
}

/// Returns a second visitor with the same session, as another tab of the browser.
fn tab<'w>(world: &'w World, jo: &Visitor<'_>) -> Visitor<'w> {
    let mut tab = world.visitor();
    tab.cookie.clone_from(&jo.cookie);
    tab
}

/// Sets the delivery mode of Stripe events: `hold` or `normal`.
async fn deliver(world: &World, mode: &str) {
    world.local("POST", "/_local/stripe/delivery", Some(json!({ "mode": mode }))).await;
}

#[tokio::test]
async fn later_of_two_sequential_checkouts_can_be_paid() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let first = checkout(&mut jo, "team").await;
    let second = checkout(&mut tab(&world, &jo), "single").await;
    assert!(!pay(&world, &first), "the first tab's Checkout is expired");
    assert!(pay(&world, &second));
    world.settle().await;
    assert_eq!((subscriptions(&world), &jo.organization().await["status"]), (1, &json!("active")));
}

#[tokio::test]
async fn only_one_of_two_parallel_checkouts_can_be_paid() {
    for _ in 0..10 {
        let world = World::new().await;
        let mut one = world.pending("Acme", "jo@example.com").await;
        let mut two = tab(&world, &one);
        let (first, second) = tokio::join!(checkout(&mut one, "team"), checkout(&mut two, "single"));
        let paid = [pay(&world, &first), pay(&world, &second)];
        assert_eq!((paid.iter().filter(|paid| **paid).count(), subscriptions(&world)), (1, 1), "{paid:?}");
    }
}

#[tokio::test]
async fn checkout_after_the_back_button_can_be_paid() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let mut seen: Vec<TestResponse> = Vec::new();
    for plan in ["team", "single", "team", "team"] {
        seen.push(jo.submit("/billing/checkout", &[("plan", plan), TOKEN]).await);
    }
    let last = seen.pop().unwrap();
    for earlier in &seen {
        let replaced = earlier.header("location") != last.header("location");
        assert!(!replaced || !pay(&world, earlier), "{}", earlier.header("location"));
    }
    assert!(pay(&world, &last));
    assert_eq!(subscriptions(&world), 1);
}

#[tokio::test]
async fn paying_customer_gets_portal_before_stripe_events_arrive() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    crate::journeys::sign_in::sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    deliver(&world, "hold").await;
    let form = [("plan", "team"), TOKEN];
    let redirect = jo.submit("/billing/checkout", &form).await;
    assert!(pay(&world, &redirect));
    world.settle().await;
    for form in [form, [("plan", "single"), TOKEN], [("plan", "team"), ("time_zone", "")]] {
        let redirect = jo.submit("/billing/checkout", &form).await;
        let address = redirect.header("location");
        assert!(address.contains("/p/session/"), "{form:?}: {address}");
    }
    deliver(&world, "normal").await;
    world.settle().await;
    assert_eq!((subscriptions(&world), &jo.organization().await["status"]), (1, &json!("trialing")));
}

#[tokio::test]
async fn second_click_recovers_when_stripe_failed_halfway() {
    for operation in
        ["GET /v1/checkout/sessions", "POST /v1/checkout/sessions/{id}/expire", "GET /v1/subscriptions"]
    {
        let world = World::new().await;
        let mut jo = world.pending("Acme", "jo@example.com").await;
        let older = checkout(&mut jo, "team").await;
        let fault =
            json!([{ "service": "stripe", "operation": operation, "rate": 1.0, "kind": "error_500" }]);
        world.inject(fault).await;
        let failed = checkout(&mut jo, "single").await;
        assert_eq!((failed.status, failed.header("retry-after")), (503, "30"), "{operation}");
        world.inject(Value::Array(Vec::new())).await;
        let redirect = checkout(&mut jo, "single").await;
        assert!(!pay(&world, &older) && pay(&world, &redirect), "{operation}");
        assert_eq!(subscriptions(&world), 1, "{operation}");
    }
}
