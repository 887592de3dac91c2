//! Limits of DynamoDB that the embedded engine alone does not enforce.

use serde_json::{Value, json};

use e2e::bench::{Bench, TABLE, bench, idle};

fn call(bench: &Bench, operation: &str, request: &Value) -> (u16, Value) {
    let reply = bench.stack.system().cloud.engine.call(operation, request.to_string().as_bytes());
    (reply.status, serde_json::from_str(&reply.body).unwrap())
}

fn key(n: usize) -> Value {
    json!({"pk": {"S": n.to_string()}, "sk": {"S": "LARGE"}})
}

#[tokio::test]
async fn transaction_over_4_mb_of_found_items_is_rejected() {
    let bench = bench(idle(), idle()).await;
    for n in 0..12 {
        let mut item = key(n);
        item["note"] = json!({"S": "x".repeat(380 * 1024)});
        assert_eq!(call(&bench, "PutItem", &json!({"TableName": TABLE, "Item": item})).0, 200);
    }
    let update = |n| {
        json!({"Update": {"TableName": TABLE, "Key": key(n), "UpdateExpression": "SET seen = :yes",
            "ExpressionAttributeValues": {":yes": {"BOOL": true}}}})
    };
    let delete = |n| json!({"Delete": {"TableName": TABLE, "Key": key(n)}});
    let check = |n| json!({"ConditionCheck": {"TableName": TABLE, "Key": key(n), "ConditionExpression": "attribute_exists(pk)"}});
    let write = |actions: Vec<Value>| call(&bench, "TransactWriteItems", &json!({"TransactItems": actions}));
    for (kind, actions) in [
        ("Update", (0..12).map(update).collect()),
        ("Delete", (0..12).map(delete).collect()),
        ("ConditionCheck", (0..11).map(check).chain([update(11)]).collect::<Vec<_>>()),
    ] {
        let (status, response) = write(actions);
        assert_eq!(status, 400, "{kind}");
        assert!(response["__type"].as_str().unwrap().ends_with("#ValidationException"), "{kind}: {response}");
        assert!(response.to_string().contains("4MB"), "{kind}: {response}");
    }
    let stored = bench.get("/_local/table").await;
    assert!(
        stored.as_array().unwrap().iter().all(|item| item.get("seen").is_none()),
        "a rejected transaction wrote an item"
    );
    assert_eq!(write((0..10).map(update).collect()).0, 200);
    assert_eq!(write((20..40).map(update).collect()).0, 200, "missing items count with no size");
}
