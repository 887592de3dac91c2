//! How events reach the webhook.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use http::StatusCode;
use local::Stack;
use serde_json::{Value, json};

use crate::bench::{Behaviour, Bench, behaviour, bench, idle};
use crate::fixture::MockShop;

/// A webhook that answers with a status that can be changed.
fn webhook(status: &Arc<AtomicU16>) -> Behaviour {
    let status = Arc::clone(status);
    behaviour(move |_, _| {
        let status = status.load(Ordering::SeqCst);
        async move { Ok(json!({"statusCode": status})) }
    })
}

/// The ids of the events that came, in their order.
fn came(bench: &Bench) -> Vec<String> {
    let bodies =
        bench.worker_heard().into_iter().filter(|event| event["rawPath"] == "/billing/webhooks/stripe");
    bodies
        .map(|event| serde_json::from_str::<Value>(event["body"].as_str().unwrap()).unwrap())
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect()
}

fn sent(stack: &Stack) -> Vec<String> {
    MockShop(stack).events().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
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
    MockShop(&bench.stack).subscribe("pay", None);
    settle(&bench).await;
    assert_eq!(came(&bench), sent(&bench.stack));
    assert_eq!(came(&bench).len(), 6);
    let first = &bench.worker_heard()[0];
    let signature = first["headers"]["stripe-signature"].as_str().unwrap();
    let at: i64 = signature.strip_prefix("t=").unwrap().split(',').next().unwrap().parse().unwrap();
    let at = jiff::Timestamp::from_second(at).unwrap();
    let expected = local::stripe::sign(
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
    MockShop(&bench.stack).subscribe("pay", None);
    settle(&bench).await;
    let twice: Vec<String> = sent(&bench.stack).into_iter().flat_map(|id| [id.clone(), id]).collect();
    assert_eq!(came(&bench), twice);
}

#[tokio::test]
async fn mode_shuffled_delivers_all_events() {
    let bench = bench(idle(), idle()).await;
    mode(&bench, "hold").await;
    let shop = MockShop(&bench.stack);
    for _ in 0..5 {
        shop.subscribe("pay", None);
    }
    mode(&bench, "shuffle").await;
    settle(&bench).await;
    let (mut came, mut sent) = (came(&bench), sent(&bench.stack));
    // One order in 30! would be a coincidence.
    assert_ne!(came, sent);
    came.sort();
    sent.sort();
    assert_eq!(came, sent);
}

#[tokio::test]
async fn held_events_wait_for_release() {
    let bench = bench(idle(), idle()).await;
    mode(&bench, "hold").await;
    let shop = MockShop(&bench.stack);
    shop.subscribe("pay", None);
    settle(&bench).await;
    shop.pass(1).await;
    assert_eq!(came(&bench), Vec::<String>::new());
    let told = bench.get("/_local/stripe/delivery").await;
    assert_eq!(told, json!({"mode": "hold", "held": 6, "waiting": 0}));
    let list = shop.get("/v1/events?delivery_success=false&limit=100").1;
    assert_eq!(list["data"].as_array().unwrap().len(), 6);

    assert_eq!(bench.post("/_local/stripe/release", Value::Null).await, json!({"released": 6}));
    assert_eq!(came(&bench), sent(&bench.stack));
    let list = shop.get("/v1/events?delivery_success=false").1;
    assert_eq!(list["data"], json!([]));
    shop.customer("org_2");
    settle(&bench).await;
    assert_eq!(came(&bench).len(), 6, "what comes after the release is held again");
}

#[tokio::test]
async fn rejected_event_is_retried_by_the_local_clock() {
    let status = Arc::new(AtomicU16::new(500));
    let bench = bench(webhook(&status), idle()).await;
    let shop = MockShop(&bench.stack);
    let customer = shop.customer("org_1");
    settle(&bench).await;
    settle(&bench).await;
    assert_eq!(came(&bench).len(), 1, "no retry is due yet");
    bench.post("/_local/clock", json!({"advance": "2m"})).await;
    assert_eq!(came(&bench).len(), 3, "after ten seconds and after a minute");
    status.store(200, Ordering::SeqCst);
    bench.post("/_local/clock", json!({"advance": "11m"})).await;
    bench.post("/_local/clock", json!({"advance": "4d"})).await;
    let came = came(&bench);
    assert_eq!(came.len(), 4);
    assert!(came.iter().all(|id| *id == came[0]), "a retry is the same event");
    assert!(customer.starts_with("cus_"));
}

#[tokio::test]
async fn rejected_event_is_dropped_after_three_days() {
    let status = Arc::new(AtomicU16::new(503));
    let bench = bench(webhook(&status), idle()).await;
    MockShop(&bench.stack).customer("org_1");
    settle(&bench).await;
    bench.post("/_local/clock", json!({"advance": "3d"})).await;
    let tries = came(&bench).len();
    assert!((20..40).contains(&tries), "{tries}");
    bench.post("/_local/clock", json!({"advance": "5d"})).await;
    assert_eq!(came(&bench).len(), tries);
    let list = MockShop(&bench.stack).get("/v1/events?delivery_success=false").1;
    assert_eq!(list["data"].as_array().unwrap().len(), 1, "it can be fetched still");
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
        let (status, answer) = bench.ask("POST", "/_local/stripe/delivery", &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(answer["errors"].to_string().contains(word), "{body}: {answer}");
    }
    mode(&bench, "hold").await;
    MockShop(&bench.stack).subscribe("pay", None);
    bench.post("/_local/reset", Value::Null).await;
    let told = bench.get("/_local/stripe/delivery").await;
    assert_eq!(told, json!({"mode": "normal", "held": 0, "waiting": 0}));
    assert_eq!(sent(&bench.stack), Vec::<String>::new());
}
