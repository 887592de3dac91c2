//! Starting anew: nothing of before is left, neither in the table nor on its way out of the stream.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::support::{Behaviour, Bench, TEMPLATE, behaviour, bench, bench_of, idle, put};

/// Writes the item that the last part of the path names.
fn writer() -> Behaviour {
    behaviour(|boot, event| async move {
        if let Some(name) = event.pointer("/pathParameters/name").and_then(Value::as_str) {
            put(&boot, name, "KEEP").send().await.map_err(|error| error.to_string())?;
        }
        Ok(json!({}))
    })
}

/// Never gets past the item `stuck`.
fn choosy() -> Behaviour {
    behaviour(|_, event| async move {
        if keys(&event).iter().any(|key| key == "stuck") { Err("stuck".to_owned()) } else { Ok(json!({})) }
    })
}

/// A stack whose reader is tried again without end.
async fn patient() -> Bench {
    let template = TEMPLATE.replacen("MaximumRetryAttempts: 2", "MaximumRetryAttempts: -1", 1);
    assert_ne!(template, TEMPLATE);
    bench_of(template, writer(), choosy()).await
}

fn keys(event: &Value) -> Vec<String> {
    let records = event["Records"].as_array().unwrap();
    records.iter().map(|record| record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap().to_owned()).collect()
}

fn heard(bench: &Bench) -> Vec<String> {
    bench.reader_heard().iter().flat_map(keys).collect()
}

#[tokio::test]
async fn reset_leaves_no_state() {
    let bench = bench(writer(), idle()).await;
    bench.ask("POST", "/work/before", &json!({})).await;
    bench.post("/_local/clock", json!({"advance": "11d"})).await;
    bench.post("/_local/events", json!({"source": "a", "detail-type": "b", "detail": {}})).await;
    bench.post("/_local/reset", Value::Null).await;
    for path in ["/_local/table", "/_local/mail", "/_local/events", "/_local/calls", "/_local/faults"] {
        assert_eq!(bench.get(path).await, json!([]), "{path}");
    }
    assert_eq!(heard(&bench), ["before"]);
    bench.ask("POST", "/work/after", &json!({})).await;
    bench.post("/_local/settle", Value::Null).await;
    assert_eq!(heard(&bench), ["before", "after"], "the stream goes on, and says nothing twice");
    bench.post("/_local/reset", Value::Null).await;
    bench.post("/_local/settle", Value::Null).await;
    assert_eq!(heard(&bench), ["before", "after"]);
}

#[tokio::test]
async fn stuck_reader_does_not_block_settle() {
    let bench = patient().await;
    bench.ask("POST", "/work/fine", &json!({})).await;
    bench.post("/_local/settle", Value::Null).await;
    bench.ask("POST", "/work/stuck", &json!({})).await;
    let settled = bench.post("/_local/settle", Value::Null).await;
    assert_eq!(settled["settled"], true);
    assert_eq!(settled["waiting"].as_array().map(Vec::len), Some(1), "{settled}");
    bench.post("/_local/reset", Value::Null).await;
    assert_eq!(bench.post("/_local/settle", Value::Null).await, json!({"settled": true}));
}

#[tokio::test(start_paused = true)]
async fn reset_frees_a_stuck_reader() {
    let bench = patient().await;
    bench.ask("POST", "/work/stuck", &json!({})).await;
    // By now it rests for many seconds after each row of tries.
    sleep(Duration::from_secs(40)).await;
    bench.post("/_local/reset", Value::Null).await;
    bench.ask("POST", "/work/after", &json!({})).await;
    let asked = Instant::now();
    while heard(&bench).last().is_none_or(|key| key != "after") {
        sleep(Duration::from_millis(1)).await;
        assert!(asked.elapsed() < Duration::from_secs(1), "still at rest");
    }
}
