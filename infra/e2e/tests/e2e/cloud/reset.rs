//! Tests that a reset removes all state, both in the table and in the stream.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use e2e::bench::{Behavior, Bench, TEMPLATE, behavior, bench, bench_of, idle, put};

/// Returns a function that writes an item whose key is the last part of the request's path.
fn writer() -> Behavior {
    behavior(|boot, event| async move {
        if let Some(name) = event.pointer("/pathParameters/name").and_then(Value::as_str) {
            put(&boot, name, "KEEP").send().await.map_err(|error| error.to_string())?;
        }
        Ok(json!({}))
    })
}

/// Returns a function that fails if its batch contains the item `stuck`.
fn stuck_reader() -> Behavior {
    behavior(|_, event| async move {
        if keys(&event).iter().any(|key| key == "stuck") { Err("stuck".to_owned()) } else { Ok(json!({})) }
    })
}

/// Starts a stack whose reader is retried without limit.
async fn retrying_bench() -> Bench {
    let template = TEMPLATE.replacen("MaximumRetryAttempts: 2", "MaximumRetryAttempts: -1", 1);
    assert_ne!(template, TEMPLATE);
    bench_of(template, writer(), stuck_reader()).await
}

fn keys(event: &Value) -> Vec<String> {
    let records = event["Records"].as_array().unwrap();
    records.iter().map(|record| record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap().to_owned()).collect()
}

fn events(bench: &Bench) -> Vec<String> {
    bench.reader_events().iter().flat_map(keys).collect()
}

#[tokio::test]
async fn reset_leaves_no_state() {
    let bench = bench(writer(), idle()).await;
    bench.request("POST", "/work/before", &json!({})).await;
    bench.post("/_local/clock", json!({"advance": "11d"})).await;
    bench.post("/_local/events", json!({"source": "a", "detail-type": "b", "detail": {}})).await;
    bench.post("/_local/reset", Value::Null).await;
    for path in ["/_local/table", "/_local/mail", "/_local/events", "/_local/calls", "/_local/faults"] {
        assert_eq!(bench.get(path).await, json!([]), "{path}");
    }
    assert_eq!(events(&bench), ["before"]);
    bench.request("POST", "/work/after", &json!({})).await;
    bench.post("/_local/settle", Value::Null).await;
    assert_eq!(events(&bench), ["before", "after"], "the stream delivers new records only");
    bench.post("/_local/reset", Value::Null).await;
    bench.post("/_local/settle", Value::Null).await;
    assert_eq!(events(&bench), ["before", "after"]);
}

#[tokio::test]
async fn stuck_reader_does_not_block_settle() {
    let bench = retrying_bench().await;
    bench.request("POST", "/work/fine", &json!({})).await;
    bench.post("/_local/settle", Value::Null).await;
    bench.request("POST", "/work/stuck", &json!({})).await;
    let settled = bench.post("/_local/settle", Value::Null).await;
    assert_eq!(settled["settled"], true);
    assert_eq!(settled["waiting"].as_array().map(Vec::len), Some(1), "{settled}");
    bench.post("/_local/reset", Value::Null).await;
    assert_eq!(bench.post("/_local/settle", Value::Null).await, json!({"settled": true}));
}

#[tokio::test(start_paused = true)]
async fn reset_frees_a_stuck_reader() {
    let bench = retrying_bench().await;
    bench.request("POST", "/work/stuck", &json!({})).await;
    // After 40 seconds of failures, the stream waits for many seconds between attempts.
    sleep(Duration::from_secs(40)).await;
    bench.post("/_local/reset", Value::Null).await;
    bench.request("POST", "/work/after", &json!({})).await;
    let start = Instant::now();
    while events(&bench).last().is_none_or(|key| key != "after") {
        sleep(Duration::from_millis(1)).await;
        assert!(start.elapsed() < Duration::from_secs(1), "the stream is still waiting");
    }
}
