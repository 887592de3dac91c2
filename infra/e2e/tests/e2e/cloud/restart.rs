//! Tests a stack that stops and then starts again with the same data folder.

use std::{fs, future::pending, path::PathBuf};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde_json::{Value, json};

use e2e::bench::{Bench, behavior, bench_in, idle, put};

/// A temporary folder, deleted at the end of the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("onramp-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

async fn now(bench: &Bench) -> Timestamp {
    bench.get("/_local/clock").await["now"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn event_in_flight_is_delivered_after_a_restart() {
    let folder = Folder::new("under-way");
    let bench = bench_in(&folder.0, behavior(|_, _| pending()), idle()).await;
    for detail_type in ["test.one", "test.two"] {
        bench
            .post("/_local/events", json!({"source": "test", "detail-type": detail_type, "detail": {}}))
            .await;
    }
    drop(bench);
    let bench = bench_in(&folder.0, idle(), idle()).await;
    bench.post("/_local/settle", Value::Null).await;
    let mut events: Vec<Value> =
        bench.worker_events().iter().map(|event| event["detail-type"].clone()).collect();
    events.sort_by_key(ToString::to_string);
    assert_eq!(events, ["test.one", "test.two"]);
    drop(bench);
    let bench = bench_in(&folder.0, idle(), idle()).await;
    bench.post("/_local/settle", Value::Null).await;
    assert_eq!(bench.worker_events(), [Value::Null; 0], "a delivered event is not delivered again");
}

#[tokio::test]
async fn restart_never_moves_the_clock_back() {
    let folder = Folder::new("clock");
    let mut before = Timestamp::UNIX_EPOCH;
    for advance in ["1s", "11d"] {
        let bench = bench_in(&folder.0, idle(), idle()).await;
        assert!(now(&bench).await >= before);
        bench.post("/_local/clock", json!({"advance": advance})).await;
        before = now(&bench).await;
    }
    assert!(now(&bench_in(&folder.0, idle(), idle()).await).await >= before);
}

#[tokio::test]
async fn expired_item_is_swept_from_a_data_folder() {
    let folder = Folder::new("swept");
    let worker = behavior(|boot, event| async move {
        if event.get("routeKey").is_some() {
            for hours in [1, 48] {
                let expires_at = boot.clock.now().as_second() + hours * 3600;
                let item = put(&boot, &format!("ORG#{hours}"), "ORG")
                    .item("expires_at", AttributeValue::N(expires_at.to_string()));
                item.send().await.map_err(|error| error.to_string())?;
            }
        }
        Ok(json!({}))
    });
    let bench = bench_in(&folder.0, worker, idle()).await;
    bench.work().await;
    bench.post("/_local/clock", json!({"advance": "2h"})).await;
    let left = bench.get("/_local/table").await;
    let left: Vec<_> = left.as_array().unwrap().iter().map(|item| item["pk"]["S"].clone()).collect();
    assert_eq!(left, ["ORG#48"]);
}
