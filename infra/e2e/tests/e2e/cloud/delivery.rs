//! Tests the delivery from streams, rules, and schedules to functions: filters, batches, bisection,
//! retries, and dead letters.

use serde_json::{Value, json};

use e2e::bench::{Behavior, Bench, TEMPLATE, behavior, bench, bench_of, idle, put};

/// Returns a function that writes one item for each key, in one invocation.
fn writer(keys: &'static [(&'static str, &'static str)]) -> Behavior {
    behavior(move |boot, event| async move {
        if event.get("routeKey").is_some() {
            for (pk, sk) in keys {
                put(&boot, pk, sk).send().await.map_err(|error| error.to_string())?;
            }
        }
        Ok(json!({}))
    })
}

fn keys(event: &Value) -> Vec<&str> {
    let records = event["Records"].as_array().unwrap();
    records.iter().map(|record| record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap()).collect()
}

/// Returns two lists in order: the keys of each call of the reader, including failed calls, and the
/// keys of each dead letter.
async fn outcome(bench: &Bench) -> (Vec<String>, Vec<String>) {
    let events = bench.reader_events().iter().map(|event| keys(event).concat()).collect();
    let dead = bench.get("/_local/dead-letters").await;
    (
        events,
        dead.as_array().unwrap().iter().map(|dead_letter| keys(&dead_letter["event"]).concat()).collect(),
    )
}

#[tokio::test]
async fn filtered_records_arrive_in_the_format_of_lambda() {
    let bench = bench(writer(&[("A", "KEEP"), ("B", "DROP"), ("A", "KEEP")]), idle()).await;
    bench.work().await;
    let events = bench.reader_events();
    let records: Vec<&Value> = events.iter().flat_map(|event| event["Records"].as_array().unwrap()).collect();
    assert_eq!(records.len(), 1, "an unchanged item makes no record: {records:?}");
    let record = records[0];
    assert_eq!(record["eventName"], "INSERT");
    assert_eq!(record["eventSource"], "aws:dynamodb");
    assert_eq!(record["awsRegion"], "us-east-1");
    assert_eq!(record["dynamodb"]["NewImage"], json!({"pk": {"S": "A"}, "sk": {"S": "KEEP"}}));
    assert_eq!(record["dynamodb"]["StreamViewType"], "NEW_AND_OLD_IMAGES");
    assert!(record["dynamodb"]["ApproximateCreationDateTime"].is_i64());
    assert!(record["eventSourceARN"].as_str().unwrap().contains(":table/onramp-items/stream/"));
}

const FOUR: &[(&str, &str)] = &[("A", "KEEP"), ("B", "KEEP"), ("C", "KEEP"), ("D", "KEEP")];

/// Writes four items in one invocation of the worker, so that the reader first gets them in one
/// batch. Returns after all retries.
async fn four(reader: Behavior) -> Bench {
    let bench = bench(writer(FOUR), reader).await;
    bench.work().await;
    bench
}

#[tokio::test]
async fn poison_record_is_isolated_by_bisection() {
    let reader = behavior(|_, event| async move {
        if keys(&event).contains(&"C") { Err("poisoned".to_owned()) } else { Ok(json!({})) }
    });
    let bench = four(reader).await;
    let (events, dead) = outcome(&bench).await;
    assert_eq!(dead, ["C"]);
    assert_eq!(
        events.iter().filter(|keys| *keys == "C").count(),
        3,
        "one attempt and two retries: {events:?}"
    );
    let done: String = events.iter().filter(|keys| !keys.contains('C')).map(String::as_str).collect();
    assert_eq!(done, "ABD", "{events:?}");
}

#[tokio::test]
async fn reported_failure_retries_only_later_records() {
    let reader = behavior(|_, event| async move {
        let failed = event["Records"]
            .as_array()
            .unwrap()
            .iter()
            .find(|record| record["dynamodb"]["Keys"]["pk"]["S"] == "B");
        let failures: Vec<Value> = failed
            .map(|record| json!({"itemIdentifier": record["dynamodb"]["SequenceNumber"]}))
            .into_iter()
            .collect();
        Ok(json!({"batchItemFailures": failures}))
    });
    let bench = four(reader).await;
    let (events, dead) = outcome(&bench).await;
    assert_eq!(dead, ["B"]);
    let times = |key: char| events.iter().filter(|keys| keys.contains(key)).count();
    assert_eq!(times('A'), 1, "{events:?}");
    assert!(times('B') >= 3, "{events:?}");
}

#[tokio::test]
async fn failing_record_is_dropped_at_the_maximum_age() {
    let (before, after) = ("MaximumRetryAttempts: 2", "MaximumRecordAgeInSeconds: 3600");
    let template = TEMPLATE.replacen(before, after, 1);
    assert_ne!(template, TEMPLATE);
    let failing = behavior(|_, _| async { Err("not today".to_owned()) });
    let bench = bench_of(template, writer(&[("A", "KEEP")]), failing).await;
    bench.work().await;
    bench.post("/_local/clock", json!({"advance": "55m"})).await;
    assert_eq!(outcome(&bench).await.1, [""; 0]);
    bench.post("/_local/clock", json!({"advance": "6m"})).await;
    assert_eq!(outcome(&bench).await.1, ["A"]);
}

#[tokio::test]
async fn transient_failure_is_retried_without_loss() {
    let attempts = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let reader = behavior(move |_, _| {
        let first = attempts.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        async move { if first { Err("not yet".to_owned()) } else { Ok(json!({})) } }
    });
    let bench = bench(writer(&[("A", "KEEP")]), reader).await;
    bench.work().await;
    assert_eq!(outcome(&bench).await, (vec!["A".to_owned(), "A".to_owned()], vec![]));
}

#[tokio::test]
async fn rule_delivers_matches_and_stops_after_its_retries() {
    let worker = behavior(|_, event| async move {
        if event["detail"]["bad"] == true { Err("refused".to_owned()) } else { Ok(json!({})) }
    });
    let bench = bench(worker, idle()).await;
    for (kind, bad) in [("test.hello", false), ("done.hello", false), ("test.bad", true)] {
        bench
            .post("/_local/events", json!({"source": "test", "detail-type": kind, "detail": {"bad": bad}}))
            .await;
    }
    bench.post("/_local/settle", Value::Null).await;
    let events = bench.worker_events();
    let times = |kind: &str| events.iter().filter(|event| event["detail-type"] == kind).count();
    assert_eq!((times("test.hello"), times("done.hello"), times("test.bad")), (1, 0, 2));
    let dead = bench.get("/_local/dead-letters").await;
    assert_eq!((dead.as_array().unwrap().len(), &dead[0]["reason"]), (1, &json!("refused")));
    assert_eq!(bench.get("/_local/events").await.as_array().unwrap().len(), 3);
}
