//! Injects every kind of fault at every call of `webhook-sender`. No webhook may be lost, and every
//! attempt must have the same bytes.

use e2e::driver::World;
use serde_json::{Value, json};

use crate::webhooks::endpoint::{Endpoint, Mode, ids, redrive};

const KINDS: [&str; 9] = [
    "throttle",
    "error_500",
    "conflict",
    "access_denied",
    "hang",
    "reset",
    "reply_lost",
    "crash",
    "crash_after",
];

/// What happens with the webhook in a run without a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Accepted,
    RefusedOnce,
    GivenUp,
}

#[tokio::test(start_paused = true)]
async fn webhook_survives_every_fault() {
    let (world, endpoint) = Endpoint::start().await;
    for (fate, expected) in [
        (Fate::Accepted, &["GetSecretValue", "POST /onramp/webhooks", "PutItem"][..]),
        (
            Fate::RefusedOnce,
            &["GetSecretValue", "POST /onramp/webhooks", "ChangeMessageVisibility", "PutItem"],
        ),
        (Fate::GivenUp, &["SendMessage", "PutItem"]),
    ] {
        let calls = run(&world, &endpoint, fate, None).await;
        assert_eq!(calls.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{fate:?}");
        for (index, kind) in (1..=calls.len()).flat_map(|index| KINDS.map(|kind| (index, kind))) {
            let fault = json!([{ "function": "webhook-sender", "nth": index, "kind": kind }]);
            run(&world, &endpoint, fate, Some(fault)).await;
        }
    }
}

/// Sends one event and returns the operations of its decisive invocation. At the end, the endpoint
/// must have accepted the webhook, and no message may be left.
async fn run(world: &World, endpoint: &Endpoint, fate: Fate, fault: Option<Value>) -> Vec<String> {
    world.local("POST", "/_local/reset", None).await;
    assert!(world.stack.system().fleet.start_all().await.is_ok());
    endpoint.clear();
    endpoint.set(if fate == Fate::Accepted { Mode::Up } else { Mode::Down });
    let case = format!("{fate:?}: {fault:?}");
    if fate == Fate::GivenUp {
        put_event(world).await;
        pass(world, 73).await;
    }
    let before = calls(world).await.len();
    if let Some(fault) = fault {
        world.inject(fault).await;
    }
    match fate {
        Fate::GivenUp => world.settle().await,
        _ => put_event(world).await,
    }
    let decisive = calls(world).await.split_off(before);
    world.local("DELETE", "/_local/faults", None).await;
    endpoint.set(Mode::Up);
    pass(world, 1).await;
    world.settle().await;
    if fate == Fate::GivenUp {
        let dead = world.local("GET", "/_local/dead-letters", None).await;
        assert!(!dead.as_array().unwrap().is_empty(), "{case}: the message became no dead letter");
        redrive(world).await;
    }
    assert_eq!(ids(&endpoint.accepted()), ["org_1/2/0"], "{case}");
    let queues = &world.stack.system().cloud.queues;
    for queue in ["onramp-Webhooks", "onramp-UndeliveredWebhooks"] {
        assert_eq!(queues.counts(queue), Ok((0, 0)), "{case}: {queue}");
    }
    decisive
}

async fn put_event(world: &World) {
    let detail =
        json!({ "id": "org_1/2/0", "organization_id": "org_1", "occurred_at": "2026-01-15T09:00:00Z" });
    let event = json!({ "source": "onramp", "detail-type": "trial.expired", "detail": detail });
    world.local("POST", "/_local/events", Some(event)).await;
    world.settle().await;
}

/// Moves the clock by hours, without running anything in between.
async fn pass(world: &World, hours: i64) {
    let system = world.stack.system();
    system.set_clock(system.clock().now() + jiff::SignedDuration::from_hours(hours)).await;
}

async fn calls(world: &World) -> Vec<String> {
    let calls = world.local("GET", "/_local/calls", None).await;
    let own = calls.as_array().unwrap().iter();
    let own = own.filter(|it| it["function"] == "webhook-sender" && it["request_id"] != "init");
    own.map(|call| call["operation"].as_str().unwrap().to_owned()).collect()
}
