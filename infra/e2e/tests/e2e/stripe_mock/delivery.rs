//! Delivery of events to the webhook.

use std::sync::{
    Arc,
    atomic::{AtomicU16, Ordering},
};

use http::StatusCode;
use serde_json::{Value, json};
use stack::Stack;

use crate::stripe_mock::fixture::Account;
use e2e::bench::{Behavior, Bench, behavior, bench, idle};

/// A webhook that responds with an adjustable status.
fn webhook(status: &Arc<AtomicU16>) -> Behavior {
    let status = Arc::clone(status);
    behavior(move |_, _| {
        let status = status.load(Ordering::SeqCst);
        async move { Ok(json!({"statusCode": status})) }
    })
}

/// Returns the ids of the delivered events, in order.
fn delivered(bench: &Bench) -> Vec<String> {
    let bodies =
        bench.worker_events().into_iter().filter(|event| event["rawPath"] == "/billing/webhooks/stripe");
    bodies
        .map(|event| serde_json::from_str::<Value>(event["body"].as_str().unwrap()).unwrap())
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect()
}

fn sent(stack: &Stack) -> Vec<String> {
    Account(stack).events().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

async fn mode(bench: &Bench, mode: &str) {
    bench.post("/_local/stripe/delivery", json!({"mode": mode})).await;
}

async fn settle(bench: &Bench) {
    bench.post("/_local/settle", Value::Null).await;
}

#[tokio::test]
async fn events_arrive_signed_once_and_in_order() {
    let bench = bench(idle(), idle()).await;
    Account(&bench.stack).subscribe("pay", None);
    settle(&bench).await;
    assert_eq!(delivered(&bench), sent(&bench.stack));
    assert_eq!(delivered(&bench).len(), 6);
    let first = &bench.worker_events()[0];
    let signature = first["headers"]["stripe-signature"].as_str().unwrap();
    let at: i64 = signature.strip_prefix("t=").unwrap().split(',').next().unwrap().parse().unwrap();
    let at = jiff::Timestamp::from_second(at).unwrap();
    let expected = stripe_mock::test_events::sign(
        &[bench.stack.webhook_secret().to_owned()],
        first["body"].as_str().unwrap().as_bytes(),
        at,
    );
    assert_eq!(signature, expected);
}

#[tokio::test]
async fn mode_twice_delivers_every_event_twice() {
    let bench = bench(idle(), idle()).await;
    mode(&bench, "twice").await;
    Account(&bench.stack).subscribe("pay", None);
    settle(&bench).await;
    let twice: Vec<String> = sent(&bench.stack).into_iter().flat_map(|id| [id.clone(), id]).collect();
    assert_eq!(delivered(&bench), twice);
}

#[tokio::test]
async fn mode_shuffled_delivers_all_events() {
    let bench = bench(idle(), idle()).await;
    mode(&bench, "hold").await;
    let account = Account(&bench.stack);
    for _ in 0..5 {
        account.subscribe("pay", None);
    }
    mode(&bench, "shuffle").await;
    settle(&bench).await;
    let (mut delivered, mut sent) = (delivered(&bench), sent(&bench.stack));
    // Thirty shuffled events keep their order only with a probability of 1 in 30!.
    assert_ne!(delivered, sent);
    delivered.sort();
    sent.sort();
    assert_eq!(delivered, sent);
}

#[tokio::test]
async fn held_events_wait_for_release() {
    let bench = bench(idle(), idle()).await;
    mode(&bench, "hold").await;
    let account = Account(&bench.stack);
    account.subscribe("pay", None);
    settle(&bench).await;
    account.advance_days(1).await;
    assert_eq!(delivered(&bench), Vec::<String>::new());
    let delivery_state = bench.get("/_local/stripe/delivery").await;
    assert_eq!(delivery_state, json!({"mode": "hold", "held": 6, "waiting": 0}));
    let list = account.get("/v1/events?delivery_success=false&limit=100").1;
    assert_eq!(list["data"].as_array().unwrap().len(), 6);

    assert_eq!(bench.post("/_local/stripe/release", Value::Null).await, json!({"released": 6}));
    assert_eq!(delivered(&bench), sent(&bench.stack));
    let list = account.get("/v1/events?delivery_success=false").1;
    assert_eq!(list["data"], json!([]));
    account.customer("org_2");
    settle(&bench).await;
    assert_eq!(delivered(&bench).len(), 6, "events after the release are held again");
}

#[tokio::test]
async fn rejected_event_is_retried_by_the_local_clock() {
    let status = Arc::new(AtomicU16::new(500));
    let bench = bench(webhook(&status), idle()).await;
    let account = Account(&bench.stack);
    let customer = account.customer("org_1");
    settle(&bench).await;
    settle(&bench).await;
    assert_eq!(delivered(&bench).len(), 1, "no retry is due yet");
    bench.post("/_local/clock", json!({"advance": "2m"})).await;
    assert_eq!(delivered(&bench).len(), 3, "retries follow after ten seconds and after a minute");
    status.store(200, Ordering::SeqCst);
    bench.post("/_local/clock", json!({"advance": "11m"})).await;
    bench.post("/_local/clock", json!({"advance": "4d"})).await;
    let delivered = delivered(&bench);
    assert_eq!(delivered.len(), 4);
    assert!(delivered.iter().all(|id| *id == delivered[0]), "a retry is the same event");
    assert!(customer.starts_with("cus_"));
}

#[tokio::test]
async fn rejected_event_is_dropped_after_three_days() {
    let status = Arc::new(AtomicU16::new(503));
    let bench = bench(webhook(&status), idle()).await;
    Account(&bench.stack).customer("org_1");
    settle(&bench).await;
    bench.post("/_local/clock", json!({"advance": "3d"})).await;
    let attempts = delivered(&bench).len();
    assert!((20..40).contains(&attempts), "{attempts}");
    bench.post("/_local/clock", json!({"advance": "5d"})).await;
    assert_eq!(delivered(&bench).len(), attempts);
    let list = Account(&bench.stack).get("/v1/events?delivery_success=false").1;
    assert_eq!(list["data"].as_array().unwrap().len(), 1, "the event is still listed");
}

#[tokio::test]
async fn invalid_mode_is_reported_and_reset_clears_modes() {
    let bench = bench(idle(), idle()).await;
    for (body, word) in [
        (json!({"mode": "backwards"}), "shuffle"),
        (json!({}), "hold"),
        (json!({"mode": "twice", "often": 3}), "often"),
        (json!(["twice"]), "object"),
    ] {
        let (status, response) = bench.request("POST", "/_local/stripe/delivery", &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(response["errors"].to_string().contains(word), "{body}: {response}");
    }
    mode(&bench, "hold").await;
    Account(&bench.stack).subscribe("pay", None);
    bench.post("/_local/reset", Value::Null).await;
    let delivery_state = bench.get("/_local/stripe/delivery").await;
    assert_eq!(delivery_state, json!({"mode": "normal", "held": 0, "waiting": 0}));
    assert_eq!(sent(&bench.stack), Vec::<String>::new());
}
