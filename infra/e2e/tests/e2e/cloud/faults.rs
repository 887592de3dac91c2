//! Tests how the SDK and the gateway behave for every kind of fault.

use aws_sdk_dynamodb::types::KeysAndAttributes;
use http::StatusCode;
use serde_json::{Value, json};

use e2e::bench::{TABLE, behavior, bench, code, dynamodb, idle, put, s};

/// Invokes a function that puts one item, with a fault of this kind. Returns the HTTP status, the
/// result of the SDK call, and the number of items in the table.
async fn put_with_fault(kind: &str) -> (StatusCode, Value, usize) {
    let worker = behavior(|boot, _| async move {
        match put(&boot, "A", "1").send().await {
            Ok(_) => Ok(json!("done")),
            Err(error) => Ok(json!(code(&error))),
        }
    });
    let bench = bench(worker, idle()).await;
    bench
        .post(
            "/_local/faults",
            json!([{"function": "worker", "operation": "PutItem", "nth": 1, "kind": kind}]),
        )
        .await;
    let (status, response) = bench.work().await;
    let items = bench.get("/_local/table").await.as_array().unwrap().len();
    (status, response, items)
}

#[tokio::test]
async fn injected_errors_are_typed_without_effect() {
    for (kind, expected) in [
        ("throttle", "ThrottlingException"),
        ("error_500", "InternalServerError"),
        ("conflict", "TransactionConflictException"),
        ("access_denied", "AccessDeniedException"),
        ("reset", "dispatch"),
    ] {
        assert_eq!(put_with_fault(kind).await, (StatusCode::OK, json!(expected), 0), "{kind}");
    }
}

#[tokio::test]
async fn lost_reply_has_its_effect() {
    assert_eq!(put_with_fault("reply_lost").await, (StatusCode::OK, json!("dispatch"), 1));
}

#[tokio::test]
async fn crash_ends_the_invocation_before_or_after_the_effect() {
    let (status, response, items) = put_with_fault("crash").await;
    assert_eq!((status, items), (StatusCode::INTERNAL_SERVER_ERROR, 0));
    assert_eq!(response, json!({"message": "Internal Server Error"}));
    let (status, _, items) = put_with_fault("crash_after").await;
    assert_eq!((status, items), (StatusCode::INTERNAL_SERVER_ERROR, 1));
}

#[tokio::test(start_paused = true)]
async fn hang_lasts_until_the_caller_gives_up() {
    let (status, _, items) = put_with_fault("hang").await;
    // The function ends after its timeout of two seconds, before the SDK's timeout of three
    // seconds.
    assert_eq!((status, items), (StatusCode::INTERNAL_SERVER_ERROR, 0));
}

#[tokio::test]
async fn partial_batch_leaves_unprocessed_keys() {
    let worker = behavior(|boot, _| async move {
        put(&boot, "A", "1").send().await.unwrap();
        put(&boot, "A", "2").send().await.unwrap();
        let key = |sk: &str| [("pk".to_owned(), s("A")), ("sk".to_owned(), s(sk))].into_iter().collect();
        let keys =
            KeysAndAttributes::builder().keys(key("1")).keys(key("2")).consistent_read(true).build().unwrap();
        let response = dynamodb(&boot).batch_get_item().request_items(TABLE, keys).send().await.unwrap();
        let found = response.responses().unwrap().get(TABLE).map_or(0, Vec::len);
        let left = response.unprocessed_keys().unwrap().get(TABLE).map_or(0, |left| left.keys().len());
        Ok(json!([found, left]))
    });
    let bench = bench(worker, idle()).await;
    bench.post("/_local/faults", json!([{"kind": "partial", "nth": 1}])).await;
    assert_eq!(bench.work().await.1, json!([1, 1]));
    assert_eq!(bench.work().await.1, json!([2, 0]));
}
