//! A function's calls to Stripe, through its connector.

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use boot::Context;
use http::Request;
use serde_json::{Value, json};

use crate::bench::{Behaviour, Bench, behaviour, bench, idle};
use crate::fixture::{KEY, MockShop};

/// A function that makes a customer, and answers what became of that.
fn customer_maker() -> Behaviour {
    behaviour(|boot: Context, event| async move {
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
                Ok(json!({"said": response.status().as_u16(), "body": body}))
            }
            Err(error) => Ok(json!({"lost": error.to_string()})),
        }
    })
}

async fn with_fault(kind: &str) -> (Bench, Value) {
    let bench = bench(customer_maker(), idle()).await;
    bench.post("/_local/faults", json!([{"service": "stripe", "nth": 1, "kind": kind}])).await;
    let answer = bench.work().await.1;
    (bench, answer)
}

#[tokio::test]
async fn stripe_call_is_logged_and_needs_no_role() {
    let bench = bench(customer_maker(), idle()).await;
    let (_, answer) = bench.work().await;
    assert_eq!((&answer["said"], &answer["body"]["object"]), (&json!(200), &json!("customer")));
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
        let (bench, answer) = with_fault(kind).await;
        assert_eq!(
            (&answer["said"], &answer["body"]["error"]["type"]),
            (&json!(status), &json!(error)),
            "{kind}"
        );
        assert_eq!(MockShop(&bench.stack).events().len(), 0, "{kind}");
        assert_eq!(bench.work().await.1["said"], 200, "{kind}");
    }
}

#[tokio::test]
async fn lost_response_is_replayed_by_idempotency_key() {
    let (bench, answer) = with_fault("reply_lost").await;
    assert!(answer["lost"].is_string(), "{answer}");
    assert_eq!(bench.work().await.1["said"], 200);
    assert_eq!(MockShop(&bench.stack).story(0), ["customer.created"]);
}
