//! Tests of the complete handler with recorded events and an HTTP connector that records all calls.

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
use runtime::{Aws, Clock, Context, Env, OutboundHttp, Rng};
use serde_json::{Value, json, value::RawValue};

/// An HTTP connector that responds with `{}` and records the target of each call.
#[derive(Clone, Debug, Default)]
struct RecordingConnector(Arc<Mutex<Vec<String>>>);

impl HttpConnector for RecordingConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or(request.uri());
        self.0.lock().unwrap().push(target.rsplit('.').next().unwrap_or_default().to_owned());
        let empty = HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::from("{}"));
        HttpConnectorFuture::ready(Ok(empty))
    }
}

/// Handles a recorded event. Returns the response and the calls that the function made.
async fn run(case: &str) -> (Value, Vec<String>) {
    let recorder = RecordingConnector::default();
    let connector = SharedHttpConnector::new(recorder.clone());
    let outbound = OutboundHttp::new(connector.clone());
    let http = http_client_fn(move |_, _| connector.clone());
    let boot = Context {
        env: Env::new([
            ("TABLE_NAME", "onramp"),
            ("STRIPE_PUBLISHABLE_KEY", "pk_test_1"),
            ("STRIPE_SECRET_KEY", "sk_test_1"),
            ("STRIPE_SINGLE_USER_PRICE_ID", "price_1"),
            ("STRIPE_TEAM_PRICE_ID", "price_2"),
        ]),
        aws: Aws::new("eu-west-1".to_owned(), Credentials::new("AK", "SK", None, None, "test"), http),
        outbound,
        clock: Clock::new(|| "2026-01-15T09:00:00Z".parse().unwrap()),
        entropy: Rng::new(|bytes| bytes.fill(7)),
    };
    let handler = crate::start(boot).await.unwrap();
    recorder.0.lock().unwrap().clear();
    let path = format!("{}/../../events/billing/{case}.json", env!("CARGO_MANIFEST_DIR"));
    let event = RawValue::from_string(std::fs::read_to_string(path).unwrap()).unwrap();
    let out = handler(LambdaEvent::new(event, lambda_runtime::Context::default())).await.unwrap();
    let calls = recorder.0.lock().unwrap().clone();
    (serde_json::from_str(out.get()).unwrap(), calls)
}

#[tokio::test]
async fn requests_without_session_never_reach_stripe() {
    for (case, status, location, reads) in [
        ("post-checkout-cross-site", 403, Value::Null, 0),
        ("post-checkout-without-session", 303, json!("/login?next=/dashboard"), 0),
        // The table does not contain the session of the cookie. The function finds that out with
        // one read.
        ("post-checkout-form", 303, json!("/login?next=/dashboard"), 1),
        ("post-checkout-json", 401, Value::Null, 1),
        ("post-portal-form", 303, json!("/login?next=/dashboard"), 1),
    ] {
        let (out, calls) = run(case).await;
        assert_eq!(
            (&out["statusCode"], calls),
            (&json!(status), vec!["BatchGetItem".to_owned(); reads]),
            "{case}"
        );
        assert_eq!(out["headers"].get("location").unwrap_or(&Value::Null), &location, "{case}");
    }
}
