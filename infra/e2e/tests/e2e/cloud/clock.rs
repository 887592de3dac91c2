//! Tests that an advance of the clock runs everything that becomes due.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use e2e::bench::{behavior, bench, idle, put, s};

fn now(response: &Value) -> Timestamp {
    response["now"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn advance_stops_at_every_due_time() {
    let worker = behavior(|boot, event| async move {
        if event.get("routeKey").is_some() {
            for days in [3_i64, 8, 40] {
                let due = boot.clock.now() + SignedDuration::from_hours(24 * days);
                let due = due.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
                let put = put(&boot, &format!("ORG#{days}"), "ORG")
                    .item("due_pk", s("DUE#0"))
                    .item("due_at", s(&due));
                put.send().await.map_err(|error| error.to_string())?;
            }
        }
        Ok(json!(boot.clock.now().to_string()))
    });
    let bench = bench(worker, idle()).await;
    bench.work().await;
    let before = now(&bench.get("/_local/clock").await);
    let after = now(&bench.post("/_local/clock", json!({"advance": "11d"})).await);
    assert_eq!(after.duration_since(before).as_hours(), 24 * 11);
    let events = bench.worker_events();
    let runs: Vec<i64> = events
        .iter()
        .filter(|event| event["detail-type"] == "Scheduled Event")
        .map(|event| event["time"].as_str().unwrap().parse::<Timestamp>().unwrap())
        .map(|time| (time.duration_since(before).as_secs() + 5) / 86_400)
        .collect();
    assert_eq!(runs, [0, 3, 8, 11]);
}

#[tokio::test]
async fn clock_can_be_set_back_without_a_run() {
    let bench = bench(idle(), idle()).await;
    let set = bench.post("/_local/clock", json!({"now": "2025-01-08T10:00:00Z"})).await;
    assert_eq!(now(&set).duration_since("2025-01-08T10:00:00Z".parse().unwrap()).as_secs(), 0);
    assert_eq!(bench.worker_events(), [Value::Null; 0]);
}
