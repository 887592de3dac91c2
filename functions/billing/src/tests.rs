//! Whole events in, whole answers out, over a table and a Stripe that answer at the level of the wire.

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
use boot::{Aws, Clock, Context, Env, OutboundHttp, Rng};
use lambda_runtime::LambdaEvent;
use serde_json::{Value, json, value::RawValue};

/// Knows nothing and nobody, and remembers who was asked for what.
#[derive(Clone, Debug, Default)]
struct Nowhere(Arc<Mutex<Vec<String>>>);

impl HttpConnector for Nowhere {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or(request.uri());
        self.0.lock().unwrap().push(target.rsplit('.').next().unwrap_or_default().to_owned());
        let nothing = HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::from("{}"));
        HttpConnectorFuture::ready(Ok(nothing))
    }
}

/// What comes out of a recorded event, and the calls that were made for it.
async fn run(case: &str) -> (Value, Vec<String>) {
    let nowhere = Nowhere::default();
    let connector = SharedHttpConnector::new(nowhere.clone());
    let outside = OutboundHttp::new(connector.clone());
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
        outside,
        clock: Clock::new(|| "2026-01-15T09:00:00Z".parse().unwrap()),
        entropy: Rng::new(|bytes| bytes.fill(7)),
    };
    let handler = crate::start(boot).await.unwrap();
    nowhere.0.lock().unwrap().clear();
    let path = format!("{}/../../events/billing/{case}.json", env!("CARGO_MANIFEST_DIR"));
    let event = RawValue::from_string(std::fs::read_to_string(path).unwrap()).unwrap();
    let out = handler(LambdaEvent::new(event, lambda_runtime::Context::default())).await.unwrap();
    let calls = nowhere.0.lock().unwrap().clone();
    (serde_json::from_str(out.get()).unwrap(), calls)
}

#[tokio::test]
async fn nobody_gets_past_the_door_without_a_session_and_stripe_never_hears_of_them() {
    for (case, status, location, reads) in [
        ("post-checkout-cross-site", 403, Value::Null, 0),
        ("post-checkout-without-session", 303, json!("/login?next=/dashboard"), 0),
        // A cookie that no session belongs to: one read.
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
