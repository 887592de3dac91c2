//! The report of used and unused permissions.

use serde_json::{Value, json};

use e2e::bench::{TABLE, behavior, bench, code, dynamodb, idle, put, s};

#[tokio::test]
async fn unused_permission_is_reported() {
    let worker = behavior(|boot, event| async move {
        if event.get("routeKey").is_none() {
            return Ok(json!({}));
        }
        put(&boot, "A", "1").send().await.map_err(|error| code(&error))?;
        let delete = dynamodb(&boot).delete_item().table_name(TABLE).key("pk", s("A")).key("sk", s("1"));
        Ok(json!(code(&delete.send().await.unwrap_err())))
    });
    let bench = bench(worker, idle()).await;
    let items = async |used: &[&str], unused: &[&str]| {
        let report = bench.get("/_local/permissions").await;
        let names: Vec<_> =
            report.as_array().unwrap().iter().map(|grant| grant["statement"].clone()).collect();
        assert_eq!(names, ["Items", "Mail", "Publish"]);
        let mut granted: Vec<&str> = used.iter().chain(unused).copied().collect();
        granted.sort_unstable();
        let expected = json!({"function": "worker", "statement": "Items", "granted": granted, "used": used, "unused": unused});
        assert_eq!(report[0], expected);
    };
    let all = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];
    items(&[], &all).await;
    assert_eq!(bench.work().await.1, "AccessDeniedException");
    items(&["dynamodb:PutItem"], &[all[0], all[1], all[3]]).await;
    bench.post("/_local/reset", Value::Null).await;
    items(&[], &all).await;
}
