//! Calls of a function to Stripe, through the function's connector.

use aws_smithy_runtime_api::client::{http::HttpConnector, orchestrator::HttpRequest};
use aws_smithy_types::body::SdkBody;
use http::Request;
use runtime::Context;
use serde_json::{Value, json};

use crate::stripe_mock::fixture::{Account, KEY};
use e2e::bench::{Behavior, Bench, behavior, bench, idle};

/// A function that creates a Stripe customer and returns the outcome.
fn customer_maker() -> Behavior {
    behavior(|boot: Context, event| async move {
        if event["rawPath"] != "/work/now" {
            return Ok(json!({}));
        }
        let request = Request::post("https://api.stripe.com/v1/customers")
            .header("authorization", format!("Bearer {KEY}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("idempotency-key", "customer-1")
            .body(SdkBody::from("email=jo%40example.com"))
            .unwrap();
        let request = HttpRequest::try_from(request).unwrap();
        match boot.outbound.connector().call(request).await {
            Ok(response) => {
                let body: Value = serde_json::from_slice(response.body().bytes().unwrap()).unwrap();
                Ok(json!({"status": response.status().as_u16(), "body": body}))
            }
            Err(error) => Ok(json!({"error": error.to_string()})),
        }
    })
}

async fn with_fault(kind: &str) -> (Bench, Value) {
    let bench = bench(customer_maker(), idle()).await;
    bench.post("/_local/faults", json!([{"service": "stripe", "nth": 1, "kind": kind}])).await;
    let response = bench.work().await.1;
    (bench, response)
}

#[tokio::test]
async fn stripe_call_is_logged_and_needs_no_role() {
    let bench = bench(customer_maker(), idle()).await;
    let (_, response) = bench.work().await;
    assert_eq!((&response["status"], &response["body"]["object"]), (&json!(200), &json!("customer")));
    let calls = bench.get("/_local/calls").await;
    let call = calls.as_array().unwrap().iter().find(|call| call["service"] == "stripe").unwrap();
    assert_eq!(
        (&call["function"], &call["operation"], &call["allowed_by"]),
        (&json!("worker"), &json!("POST /v1/customers"), &json!("outside AWS"))
    );
}

#[tokio::test]
async fn stripe_call_fails_as_injected() {
    for (kind, status, error) in [
        ("throttle", 429, "invalid_request_error"),
        ("error_500", 500, "api_error"),
        ("conflict", 409, "invalid_request_error"),
        ("access_denied", 403, "invalid_request_error"),
    ] {
        let (bench, response) = with_fault(kind).await;
        assert_eq!(
            (&response["status"], &response["body"]["error"]["type"]),
            (&json!(status), &json!(error)),
            "{kind}"
        );
        assert_eq!(Account(&bench.stack).events().len(), 0, "{kind}");
        assert_eq!(bench.work().await.1["status"], 200, "{kind}");
    }
}

#[tokio::test]
async fn lost_response_is_replayed_by_idempotency_key() {
    let (bench, response) = with_fault("reply_lost").await;
    assert!(response["error"].is_string(), "{response}");
    assert_eq!(bench.work().await.1["status"], 200);
    assert_eq!(Account(&bench.stack).event_types(0), ["customer.created"]);
}
