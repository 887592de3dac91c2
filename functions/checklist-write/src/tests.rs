//! Tests of the complete function. They send recorded invocations, with a table that is simulated
//! at the HTTP level.

use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use lambda_runtime::LambdaEvent;
use runtime::{Aws, Clock, Context, Env, InvocationResult, OutboundHttp, Rng};
use serde_json::{Value, json, value::RawValue};

/// A table that gives the same response to every request, and records the operations.
#[derive(Clone, Debug)]
struct Table {
    status: u16,
    body: Value,
    calls: Arc<Mutex<Vec<String>>>,
}

impl HttpConnector for Table {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        self.calls.lock().unwrap().push(target.rsplit('.').next().unwrap_or_default().to_owned());
        let status = StatusCode::try_from(self.status).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(self.body.to_string()))))
    }
}

/// Runs one invocation. Returns its result and the operations of the table.
async fn run((status, body): (u16, Value), event: &Value) -> (InvocationResult, Vec<String>) {
    let table = Table { status, body, calls: Arc::default() };
    let connector = SharedHttpConnector::new(table.clone());
    let http = http_client_fn(move |_, _| connector.clone());
    let boot = Context {
        env: Env::new([
            ("TABLE_NAME", "onramp"),
            ("HOST_KEYS", "local:dGhlLWhvc3QtYXBwLXNwZWFrcy1ieS10aGlzLW9uZS1sb2NhbGx5"),
            ("EMBED_ORIGINS", "https://app.example.com"),
        ]),
        aws: Aws::new("eu-west-1".to_owned(), Credentials::new("AK", "SK", None, None, "test"), http),
        outbound: OutboundHttp::system(),
        clock: Clock::new(|| "2026-01-15T09:00:00Z".parse().unwrap()),
        entropy: Rng::new(|bytes| bytes.fill(7)),
    };
    let handler = crate::start(boot).await.unwrap();
    table.calls.lock().unwrap().clear();
    let payload = RawValue::from_string(event.to_string()).unwrap();
    let out = handler(LambdaEvent::new(payload, lambda_runtime::Context::default())).await;
    let calls = table.calls.lock().unwrap().clone();
    (out, calls)
}

fn recorded(case: &str) -> Value {
    let path = format!("{}/../../events/checklist-write/{case}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn with(mut event: Value, pointer: &str, value: Value) -> Value {
    *event.pointer_mut(pointer).unwrap() = value;
    event
}

/// Returns the response of an empty table.
fn empty() -> (u16, Value) {
    (200, json!({}))
}

#[tokio::test]
async fn credentials_are_checked_before_the_table_is_read() {
    let form = with(recorded("post-complete-form"), "/cookies", json!([]));
    for (event, status, location, reads) in [
        (recorded("post-dismiss-cross-site"), 403, Value::Null, 0),
        (recorded("post-dismiss-without-session"), 401, Value::Null, 0),
        (form, 303, json!("/login?next=/onboarding/checklist"), 0),
        // A cookie of an unknown session causes one read, even if the task is unknown too.
        (recorded("post-complete"), 401, Value::Null, 1),
        (recorded("post-complete-unknown-task"), 401, Value::Null, 1),
        (recorded("post-complete-form"), 303, json!("/login?next=/onboarding/checklist"), 1),
    ] {
        let (out, calls) = run(empty(), &event).await;
        let out: Value = serde_json::from_str(out.unwrap().get()).unwrap();
        assert_eq!((&out["statusCode"], calls.len()), (&json!(status), reads), "{event}");
        assert_eq!(out["headers"].get("location").unwrap_or(&Value::Null), &location, "{event}");
    }
}

#[tokio::test]
async fn signatures_are_verified_before_the_table_is_read() {
    let (by_token, signed) = (recorded("post-dismiss-by-token"), recorded("post-host-events"));
    let header = |event: &Value, name: &str, value: &str| {
        with(event.clone(), &format!("/headers/{name}"), json!(value))
    };
    for (event, status, reads) in [
        // A valid token whose user does not exist.
        (by_token.clone(), 401, 1),
        (header(&by_token, "authorization", "Bearer x.y.z"), 401, 0),
        (header(&by_token, "origin", "https://evil.example"), 403, 0),
        (signed.clone(), 200, 1),
        (with(signed.clone(), "/body", json!("{}")), 400, 0),
        (header(&signed, "onramp-signature", "t=1768467600,v1=00"), 400, 0),
    ] {
        let (out, calls) = run(empty(), &event).await;
        let out: Value = serde_json::from_str(out.unwrap().get()).unwrap();
        assert_eq!((&out["statusCode"], calls.len()), (&json!(status), reads), "{event} {out}");
    }
}

#[tokio::test]
async fn table_failure_is_503_only_when_a_retry_can_help() {
    for (code, status, retry) in [
        ("InternalServerError", 503, json!("2")),
        // A retry cannot help.
        ("AccessDeniedException", 500, Value::Null),
    ] {
        let refused = (400, json!({ "__type": code, "message": "arn:aws:iam::123456789012" }));
        let (out, _) = run(refused, &recorded("post-complete")).await;
        let out: Value = serde_json::from_str(out.unwrap().get()).unwrap();
        assert_eq!((&out["statusCode"], &out["headers"]["retry-after"]), (&json!(status), &retry), "{code}");
        assert!(!out["body"].as_str().unwrap().contains("arn:"), "{out}");
    }
}

#[tokio::test]
async fn bus_events_succeed_unless_the_table_fails() {
    let known = recorded("host-project-created");
    for (event, reads) in [
        (recorded("host-unknown-organization"), 1),
        // Events of any type succeed, because only the organization's checklist determines which
        // types have an effect.
        (with(known.clone(), "/detail-type", json!("party.thrown")), 1),
        (with(known.clone(), "/source", json!("onramp")), 0),
        (with(known.clone(), "/detail", json!({})), 0),
    ] {
        let (out, calls) = run(empty(), &event).await;
        assert_eq!((out.unwrap().get(), calls.len()), ("null", reads), "{event}");
    }
    let denied = (400, json!({ "__type": "AccessDeniedException" }));
    assert!(run(denied, &known).await.0.is_err(), "Lambda retries");
}
