//! Tests `onramp smoke` against a local stack: a healthy one, and then one fault at a time.

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use axum::{
    Router,
    body::{Body, to_bytes},
};
use cli::smoke::{Journey, StepResult, TestData, run};
use domain::people::Address;
use runtime::{Clock, Rng};
use serde_json::{Value, json};
use stack::{Config, Stack, WEBHOOK_SECRET};
use tower::ServiceExt;

/// Connector that sends requests to the local stack instead of the network.
#[derive(Debug, Clone)]
pub struct Wire(pub Router);

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let app = self.0.clone();
        HttpConnectorFuture::new(async move {
            let path = request.uri().strip_prefix("http://localhost:8484").unwrap().to_owned();
            let mut builder =
                http::Request::builder().method(request.method()).uri(path).header("host", "localhost:8484");
            for (name, value) in request.headers() {
                builder = builder.header(name, value);
            }
            let body = Body::from(request.body().bytes().unwrap().to_vec());
            let Ok(response) = app.oneshot(builder.body(body).unwrap()).await;
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, usize::MAX).await.unwrap();
            Ok(HttpResponse::try_from(http::Response::from_parts(parts, SdkBody::from(bytes.to_vec())))
                .unwrap())
        })
    }
}

async fn journey(config: Config, faults: Value, secret: Option<&str>) -> (bool, Vec<StepResult>, TestData) {
    let stack = Stack::start(config).await.unwrap();
    let plan = serde_json::from_value(faults).unwrap();
    stack.system().cloud.faults.replace(plan, &stack.system().fleet.names()).unwrap();
    journey_on(&stack, secret).await
}

async fn journey_on(stack: &Stack, secret: Option<&str>) -> (bool, Vec<StepResult>, TestData) {
    let cloud = stack.system().cloud.clone();
    let journey = Journey {
        url: "http://localhost:8484".parse().unwrap(),
        email: Address::parse("you@example.com").unwrap(),
        trial_days: 14,
        webhook_secret: secret.map(str::to_owned),
        http: SharedHttpConnector::new(Wire(stack.app())),
        clock: Clock::new(move || cloud.clock.now()),
        entropy: Rng::system(),
    };
    let mut steps = Vec::new();
    let (passed, test_data) = run(journey, |step| steps.push(step.clone())).await;
    (passed, steps, test_data)
}

#[tokio::test]
async fn smoke_test_passes_on_a_healthy_stage() {
    let (passed, steps, test_data) = journey(Config::memory(), json!([]), Some(WEBHOOK_SECRET)).await;
    assert!(passed, "{steps:#?}");
    let names: Vec<_> = steps.iter().map(|step| step.name).collect();
    assert_eq!(names.len(), 13);
    assert!(names.contains(&"signed payment") && names.ends_with(&["sign-out"]));
    assert!(test_data.organization.is_some_and(|id| id.starts_with("org_")));
    assert!(
        test_data.name.starts_with("Smoke test ") && test_data.email.starts_with("you+smoke-"),
        "{} {}",
        test_data.name,
        test_data.email
    );
}

#[tokio::test]
async fn second_smoke_test_of_a_mailbox_passes_without_a_trial() {
    let stack = Stack::start(Config::memory()).await.unwrap();
    journey_on(&stack, None).await;
    let (passed, steps, _) = journey_on(&stack, Some(WEBHOOK_SECRET)).await;
    assert!(passed, "{steps:#?}");
    let names: Vec<_> = steps.iter().map(|step| step.name).collect();
    assert!(names.contains(&"signed payment") && !names.contains(&"checklist"), "{names:?}");
    assert!(steps[1].outcome.as_ref().unwrap().ends_with("without a trial; another address gets one"));
}

#[tokio::test]
async fn smoke_test_skips_the_payment_without_a_secret() {
    let (passed, steps, _) = journey(Config::memory(), json!([]), None).await;
    assert!(passed && steps.iter().all(|step| step.name != "signed payment"), "{steps:#?}");
}

#[tokio::test]
async fn smoke_test_stops_at_the_step_that_fails() {
    let no_faults = json!([]);
    let write = json!([{ "function": "checklist-write", "service": "dynamodb", "kind": "access_denied" }]);
    let sign_up =
        json!([{ "function": "org-signup", "operation": "TransactWriteItems", "kind": "access_denied" }]);
    let pay = json!([{ "function": "stripe-webhook", "service": "dynamodb", "kind": "access_denied" }]);
    let read = json!([{ "function": "checklist-read", "service": "dynamodb", "kind": "access_denied" }]);
    let usual = Config::memory;
    for (config, faults, secret, step, message) in [
        (usual(), sign_up, WEBHOOK_SECRET, "sign-up with a trial", "expected 303"),
        (usual(), read, WEBHOOK_SECRET, "welcome page", "expected 200"),
        (usual(), write, WEBHOOK_SECRET, "complete task", "expected 200"),
        (usual(), pay, WEBHOOK_SECRET, "signed payment", "expected 200"),
        (usual(), no_faults.clone(), "whsec_another", "signed payment", "belongs to this stage"),
        (
            usual().set("STRIPE_ENABLE_TRIALS", "false"),
            no_faults.clone(),
            WEBHOOK_SECRET,
            "sign-up with a trial",
            "trials",
        ),
        (
            usual().set("STRIPE_TRIAL_DAYS", "7"),
            no_faults.clone(),
            WEBHOOK_SECRET,
            "checklist",
            "to be 14, got 7",
        ),
        (
            usual().set("STRIPE_PUBLISHABLE_KEY", "pk_live_1").set("STRIPE_SECRET_KEY", "sk_live_1"),
            no_faults,
            WEBHOOK_SECRET,
            "signed payment",
            "in test mode",
        ),
    ] {
        let (passed, steps, _) = journey(config, faults, Some(secret)).await;
        let last = steps.last().unwrap();
        assert!(!passed && last.name == step, "{steps:#?}");
        assert!(last.outcome.as_ref().unwrap_err().contains(message), "{last:?}");
        assert!(steps.iter().rev().skip(1).all(|step| step.outcome.is_ok()));
    }
}
