//! When webhooks arrive, and what happens with those that do not.

use e2e::driver::World;
use serde_json::{Value, json};

use crate::webhooks::endpoint::{Endpoint, Mode, URL, ids, published, redrive};

#[tokio::test]
async fn every_domain_event_reaches_the_endpoint_and_is_recorded() {
    let (world, endpoint) = Endpoint::start().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let events = published(&world).await;
    let accepted = endpoint.accepted();
    assert_eq!((ids(&accepted), accepted.len()), (events.clone(), events.len()));
    let signed_up = &accepted.iter().find(|it| it.body["type"] == "organization.signed_up").unwrap().body;
    let on_bus = &world.events("organization.signed_up").await[0]["detail"];
    assert_eq!((&signed_up["data"], &signed_up["timestamp"]), (on_bus, &on_bus["occurred_at"]));

    let calls = world.local("GET", "/_local/webhooks", None).await;
    for call in calls.as_array().unwrap() {
        let facts = ["organization_id", "url", "attempt", "status"].map(|name| call[name].clone());
        assert_eq!(facts, [json!(jo.org()), json!(URL), json!(1), json!(204)], "{call}");
    }
    let items = world.local("GET", "/_local/table", None).await;
    let recorded = items
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["pk"]["S"].as_str().unwrap().starts_with("DELIVERY#"));
    let mut recorded: Vec<_> = recorded.map(|it| it["event"]["S"].as_str().unwrap().to_owned()).collect();
    recorded.sort();
    assert_eq!(recorded, events);
}

#[tokio::test]
async fn outage_of_three_days_ends_in_dead_letters_and_a_redrive() {
    let (world, endpoint) = Endpoint::start().await;
    endpoint.set(Mode::Down);
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let before = published(&world).await;
    world.advance("70h").await;
    assert_eq!(dead(&world).await, [""; 0], "retries last for 72 hours");
    jo.post("/onboarding/api/checklist/complete/created_project").await;
    world.advance("4h").await;
    assert_eq!(dead(&world).await, before);
    endpoint.set(Mode::Up);
    // The longest wait between two attempts is one hour.
    world.advance("1h").await;
    let mut newer = published(&world).await;
    newer.retain(|id| !before.contains(id));
    assert!(!newer.is_empty());
    assert_eq!(ids(&endpoint.accepted()), newer);
    redrive(&world).await;
    assert_eq!(ids(&endpoint.accepted()), published(&world).await);
    assert_eq!(dead(&world).await, [""; 0]);
}

/// Returns the IDs of the events among the dead letters, sorted.
async fn dead(world: &World) -> Vec<String> {
    let letters = world.local("GET", "/_local/dead-letters", None).await;
    let letters = letters.as_array().unwrap().iter();
    let mut ids: Vec<String> =
        letters.map(|it| it["event"]["detail"]["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[tokio::test(start_paused = true)]
async fn hanging_call_delays_no_other_webhook() {
    let (world, endpoint) = Endpoint::start().await;
    endpoint.set(Mode::HangsAt("organization.signed_up"));
    world.trialing("Acme", "jo@example.com").await;
    world.settle().await;
    let calls = world.local("GET", "/_local/webhooks", None).await;
    let calls = calls.as_array().unwrap();
    let (hanging, others): (Vec<&Value>, _) =
        calls.iter().partition(|call| call["type"] == "organization.signed_up");
    assert!(others.len() >= 2, "{calls:?}");
    assert!(
        others.iter().all(|call| call["status"] == 204 && call["ms"].as_u64() < Some(1000)),
        "{others:?}"
    );
    // The calls are listed in the order of their ends.
    assert_eq!(calls.last(), hanging.last().copied());
    assert!(hanging.iter().all(|call| call["status"].is_null()), "{hanging:?}");
}

#[tokio::test]
async fn webhook_whose_response_is_lost_is_sent_again_unchanged() {
    let (world, endpoint) = Endpoint::start().await;
    world.inject(json!([{ "service": "host", "nth": 1, "kind": "reply_lost" }])).await;
    world.trialing("Acme", "jo@example.com").await;
    let events = published(&world).await;
    world.advance("1m").await;
    let accepted = endpoint.accepted();
    assert_eq!((ids(&accepted), accepted.len()), (events.clone(), events.len() + 1));
}

#[tokio::test]
async fn nothing_is_sent_without_an_endpoint() {
    let world = World::new().await;
    assert!(!world.stack.system().fleet.names().contains(&"webhook-sender".to_owned()));
    world.trialing("Acme", "jo@example.com").await;
    world.advance("1d").await;
    assert_eq!(world.local("GET", "/_local/webhooks", None).await, json!([]));
    let calls = world.local("GET", "/_local/calls", None).await;
    assert!(calls.as_array().unwrap().iter().all(|call| call["service"] != "host"));
}
