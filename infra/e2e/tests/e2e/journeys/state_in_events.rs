//! The state of an organization in its domain events.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::journeys::invitations::{admin, join};
use e2e::driver::World;

/// Returns the domain events on the bus, in the order of their publication.
async fn events(world: &World) -> Vec<(String, Value)> {
    let events = world.local("GET", "/_local/events", None).await;
    let events = events.as_array().unwrap().iter().filter(|event| event["source"] == "onramp");
    events.map(|it| (it["detail-type"].as_str().unwrap().to_owned(), it["detail"].clone())).collect()
}

/// Returns the states that a consumer has who keeps the highest version of each organization.
fn kept<'a>(events: impl Iterator<Item = &'a (String, Value)>) -> BTreeMap<String, Value> {
    let mut states: BTreeMap<String, Value> = BTreeMap::new();
    for (_, detail) in events {
        let state = &detail["organization"];
        let version = |state: &Value| state["version"].as_u64().unwrap();
        let known = states.entry(state["id"].as_str().unwrap().to_owned()).or_insert_with(|| state.clone());
        if version(known) < version(state) {
            *known = state.clone();
        }
    }
    states
}

#[tokio::test]
async fn consumer_that_keeps_the_highest_version_is_right() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = join(&world, &mut jo, "mo@example.com", "member").await;
    let settings = [("name", "Acme Corp"), ("time_zone", "Europe/Berlin"), ("language", "en")];
    assert_eq!(jo.submit("/settings", &settings).await.status, 303);
    let role = format!("/members/{}/role", mo.user());
    assert_eq!(jo.submit(&role, &[("role", "admin")]).await.status, 303);
    assert_eq!(mo.submit("/members/leave", &[("confirmed", "true")]).await.status, 303);
    world.settle().await;

    let all = events(&world).await;
    let types: Vec<&str> = all.iter().map(|(kind, _)| kind.as_str()).collect();
    for kind in [
        "organization.signed_up",
        "trial.started",
        "member.joined",
        "organization.renamed",
        "member.role_changed",
        "member.removed",
    ] {
        assert_eq!(types.iter().filter(|it| **it == kind).count(), 1, "{kind}: {types:?}");
    }
    let (_, joined) = all.iter().find(|(kind, _)| kind == "member.joined").unwrap();
    assert_eq!(joined["member"]["email"], "mo@example.com");
    assert_eq!(
        (&joined["member"]["role"], &joined["organization"]["member_count"]),
        (&json!("member"), &json!(2))
    );

    // The order does not matter, and neither do repetitions.
    let states = kept(all.iter());
    assert_eq!(states, kept(all.iter().rev().chain(&all)));
    let state = states.values().next().unwrap();
    assert_eq!((&state["name"], &state["time_zone"]), (&json!("Acme Corp"), &json!("Europe/Berlin")));
    assert_eq!((&state["member_count"], state["admins"].as_array().unwrap().len()), (&json!(1), 1));

    // The end of the trial is reported without any request.
    world.advance("15d").await;
    world.settle().await;
    let all = events(&world).await;
    assert!(all.iter().any(|(kind, _)| kind == "access.changed"), "{all:?}");
    let states = kept(all.iter());
    let state = states.values().next().unwrap();
    assert_eq!((&state["status"], &state["access"]), (&json!("trial_expired"), &json!("read_only")));
}
