//! Tests complete requests and responses, with a table that is simulated at the HTTP level.

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

const ORG: &str = "org_0198c0de-0000-7000-8000-000000000001";
const USER: &str = "usr_0198c0de-0000-7000-8000-000000000002";
const SECRET: &str = "5ec2e70000000000000000000000000000000000000000000000000000000001";

/// Fake table with one signed-in user and the user's organization. `verified` is whether the user's
/// address is verified. The table records the calls.
#[derive(Clone, Debug)]
struct Table {
    verified: bool,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Table {
    fn response(&self, operation: &str) -> Value {
        match operation {
            "BatchGetItem" => {
                json!({ "Responses": { "onramp": [session(), user(self.verified), member(), org()] } })
            }
            "GetItem" => json!({ "Item": org() }),
            "Query" => json!({ "Items": [], "Count": 0 }),
            _ => json!({}),
        }
    }
}

fn session() -> Value {
    let hash = SECRET.parse::<domain::secret::Secret>().unwrap().hash();
    json!({
        "pk": { "S": format!("USER#{USER}") }, "sk": { "S": format!("SESSION#{hash}") },
        "org": { "S": ORG }, "user": { "S": USER }, "expires_at": { "N": "0" },
        "created_at": { "S": "2026-01-15T08:30:00.000Z" }, "seen_at": { "S": "2026-01-15T08:30:00.000Z" },
        "signed_in_at": { "S": "2026-01-15T08:30:00.000Z" },
    })
}

fn user(verified: bool) -> Value {
    json!({
        "pk": { "S": format!("USER#{USER}") }, "sk": { "S": "USER" }, "version": { "N": "1" },
        "id": { "S": USER }, "name": { "S": "Ann" }, "address": { "S": "ann@example.com" },
        "verified": { "BOOL": verified },
    })
}

fn member() -> Value {
    json!({
        "pk": { "S": format!("ORG#{ORG}") }, "sk": { "S": format!("MEMBER#{USER}") }, "role": { "S": "admin" },
        "name": { "S": "Ann" }, "address": { "S": "ann@example.com" }, "since": { "S": "2026-01-01T00:00:00.000Z" },
    })
}

fn org() -> Value {
    json!({
        "pk": { "S": format!("ORG#{ORG}") }, "sk": { "S": "ORG" }, "version": { "N": "3" },
        "profile": { "M": {
            "id": { "S": ORG }, "name": { "S": "Acme" }, "time_zone": { "S": "UTC" },
            "signed_up_at": { "S": "2026-01-01T00:00:00.000Z" },
        } },
        "admins": { "L": [{ "M": {
            "user": { "S": USER }, "name": { "S": "Ann" }, "address": { "S": "ann@example.com" },
        } }] },
    })
}

impl HttpConnector for Table {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = self.response(&operation).to_string();
        self.calls.lock().unwrap().push(operation);
        let status = StatusCode::try_from(200).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

/// Sends a recorded event to the function. Returns the status, the response, and the calls that the
/// table recorded.
async fn run(verified: bool, case: &str) -> (u64, Value, Vec<String>) {
    let table = Table { verified, calls: Arc::default() };
    let connector = SharedHttpConnector::new(table.clone());
    let boot = Context {
        env: Env::new([
            ("TABLE_NAME", "onramp"),
            ("OPERATOR_EMAILS", "ann@example.com"),
            ("STRIPE_SINGLE_USER_PRICE_ID", "price_single"),
            ("STRIPE_TEAM_PRICE_ID", "price_team"),
        ]),
        aws: Aws::new(
            "eu-west-1".to_owned(),
            Credentials::new("AK", "SK", None, None, "test"),
            http_client_fn(move |_, _| connector.clone()),
        ),
        outbound: OutboundHttp::system(),
        clock: Clock::new(|| "2026-01-15T09:00:00Z".parse().unwrap()),
        entropy: Rng::new(|bytes| bytes.fill(7)),
    };
    let handler = crate::start(boot).await.unwrap();
    table.calls.lock().unwrap().clear();
    let path = format!("{}/../../events/operator/{case}.json", env!("CARGO_MANIFEST_DIR"));
    let event = RawValue::from_string(std::fs::read_to_string(path).unwrap()).unwrap();
    let out = handler(LambdaEvent::new(event, lambda_runtime::Context::default())).await.unwrap();
    let out: Value = serde_json::from_str(out.get()).unwrap();
    let calls = table.calls.lock().unwrap().clone();
    (out["statusCode"].as_u64().unwrap(), out, calls)
}

#[tokio::test]
async fn operator_gets_pages_and_json() {
    let queue_calls = [vec!["BatchGetItem"], vec!["Query"; 17]].concat();
    for (case, status, text, calls) in [
        ("get-waiting", 200, "Nothing needs attention", queue_calls.clone()),
        ("get-waiting-json", 200, r#"{"waiting":[],"next":null}"#, queue_calls),
        ("get-organization", 200, "Start trial", vec!["BatchGetItem", "GetItem"]),
        ("post-extend-trial", 303, "", vec!["BatchGetItem", "GetItem", "GetItem", "UpdateItem"]),
        (
            "post-extend-trial-json",
            200,
            r#""trial_ends_at":"2026-01-29T09:00:00Z","trial_days_remaining":14"#,
            vec!["BatchGetItem", "GetItem", "GetItem", "UpdateItem"],
        ),
        (
            "post-link-customer",
            303,
            "",
            vec!["BatchGetItem", "GetItem", "BatchGetItem", "TransactWriteItems"],
        ),
        (
            "post-link-customer-json",
            200,
            r#""billing":{"customer":"cus_9s6XKzkNRiz8i3""#,
            vec!["BatchGetItem", "GetItem", "BatchGetItem", "TransactWriteItems"],
        ),
        ("post-release-parked", 303, "", vec!["BatchGetItem", "GetItem"]),
        ("post-dismiss", 303, "", vec!["BatchGetItem", "GetItem", "UpdateItem"]),
    ] {
        let (actual_status, out, actual_calls) = run(true, case).await;
        assert_eq!(
            (actual_status, actual_calls),
            (status, calls.into_iter().map(str::to_owned).collect()),
            "{case}"
        );
        assert!(out["body"].as_str().unwrap_or_default().contains(text), "{case}: {out}");
    }
}

#[tokio::test]
async fn other_users_are_rejected_before_any_further_read() {
    for (case, status, calls) in [
        ("get-waiting", 404, 1),
        ("get-find", 404, 1),
        ("get-organization", 404, 1),
        ("post-extend-trial", 404, 1),
        ("post-link-customer", 404, 1),
        ("post-release-parked", 404, 1),
        ("post-dismiss", 404, 1),
        ("get-waiting-without-session", 404, 0),
        ("post-extend-trial-without-session", 404, 0),
        ("post-extend-trial-cross-site", 403, 0),
    ] {
        let (actual_status, _, actual_calls) = run(false, case).await;
        assert_eq!((actual_status, actual_calls.len()), (status, calls), "{case}: {actual_calls:?}");
    }
    assert_eq!(run(true, "post-extend-trial-cross-site").await.0, 403, "not even an operator's browser");
}
