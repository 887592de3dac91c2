//! Requests and events that change nothing, and failures of the table.

use serde_json::json;
use test_support::{
    aws::FaultKind,
    events::{recorded, with, with_body},
    function::Function,
};

async fn seeded() -> Function {
    Function::seeded("checklist-write", checklist_write::start).await
}

#[tokio::test]
async fn signatures_are_verified_before_the_table_is_read() {
    let event = |case| recorded("checklist-write", case);
    let (by_token, signed) = (event("post-dismiss-by-token"), event("post-host-events"));
    for (event, status) in [
        (with(by_token.clone(), "/headers/authorization", "Bearer x.y.z"), 401),
        (with(by_token, "/headers/origin", "https://evil.example"), 403),
        (with_body(signed.clone(), "{}"), 400),
        (with(signed, "/headers/onramp-signature", "t=1768467600,v1=00"), 400),
    ] {
        let (actual, _, calls) = seeded().await.request(&event).await;
        let table_calls: Vec<_> = calls.into_iter().filter(|call| call != "GetSecretValue").collect();
        assert_eq!((actual, table_calls), (status, vec![]), "{event}");
    }
}

#[tokio::test(start_paused = true)]
async fn table_failure_is_503_only_when_a_retry_can_help() {
    // A retry cannot help a role without the permission.
    for (kind, status, retry) in
        [(FaultKind::Error500, 503, json!("2")), (FaultKind::AccessDenied, 500, json!(null))]
    {
        let function = seeded().await;
        function.aws.fail("BatchGetItem", kind);
        let (actual, response, _) = function.request(&recorded("checklist-write", "post-complete")).await;
        assert_eq!((actual, &response["headers"]["retry-after"]), (status, &retry), "{kind:?}");
        assert!(!response["body"].as_str().unwrap().contains("arn:"), "{response}");
    }
}

#[tokio::test]
async fn bus_events_succeed_unless_the_table_fails() {
    let known = recorded("checklist-write", "host-project-created");
    for (event, calls) in [
        // Events of any type succeed, because only the organization's checklist determines which
        // types have an effect.
        (with(known.clone(), "/detail-type", "party.thrown"), vec!["GetItem"]),
        (with(known.clone(), "/source", "onramp"), vec![]),
        (with(known.clone(), "/detail", json!({})), vec![]),
    ] {
        let (response, actual) = seeded().await.invoke(&event).await;
        assert_eq!(
            (response, actual),
            (Ok(json!(null)), calls.into_iter().map(str::to_owned).collect()),
            "{event}"
        );
    }
    let function = seeded().await;
    function.aws.fail("GetItem", FaultKind::AccessDenied);
    assert!(function.invoke(&known).await.0.is_err(), "Lambda retries");
}
