//! Tests of the handler with recorded API Gateway events, against a mock of DynamoDB's HTTP API.

mod team;

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
use runtime::{Aws, Clock, Context, Env, Handler, OutboundHttp, Rng};
use serde_json::{Value, json, value::RawValue};

/// Mock of the table, with a response per operation and a record of all operations.
#[derive(Clone, Debug)]
struct Table {
    respond: fn(&str) -> (u16, Value),
    calls: Arc<Mutex<Vec<String>>>,
}

impl HttpConnector for Table {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let (status, body) = (self.respond)(&operation);
        self.calls.lock().unwrap().push(operation);
        let status = StatusCode::try_from(status).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body.to_string()))))
    }
}

async fn start(respond: fn(&str) -> (u16, Value), vars: &[(&str, &str)]) -> (Handler, Table) {
    let table = Table { respond, calls: Arc::default() };
    let connector = SharedHttpConnector::new(table.clone());
    let http = http_client_fn(move |_, _| connector.clone());
    let boot = Context {
        env: Env::new([("TABLE_NAME", "onramp")].iter().chain(vars).copied()),
        aws: Aws::new("eu-west-1".to_owned(), Credentials::new("AK", "SK", None, None, "test"), http),
        outbound: OutboundHttp::system(),
        clock: Clock::new(|| "2026-01-15T09:00:00Z".parse().unwrap()),
        entropy: Rng::new(|bytes| bytes.fill(7)),
    };
    let handler = crate::start(boot).await.unwrap();
    table.calls.lock().unwrap().clear();
    (handler, table)
}

/// Sends an event. Returns the status, the response, and the table's operations.
async fn run(respond: fn(&str) -> (u16, Value), event: &Value) -> (u64, Value, Vec<String>) {
    run_with(respond, &[], event).await
}

/// Does the same as [`run`], with `vars` as additional environment variables of the function.
async fn run_with(
    respond: fn(&str) -> (u16, Value),
    vars: &[(&str, &str)],
    event: &Value,
) -> (u64, Value, Vec<String>) {
    let (handler, table) = start(respond, vars).await;
    let payload = RawValue::from_string(event.to_string()).unwrap();
    let out = handler(LambdaEvent::new(payload, lambda_runtime::Context::default())).await.unwrap();
    let out: Value = serde_json::from_str(out.get()).unwrap();
    let calls = table.calls.lock().unwrap().clone();
    (out["statusCode"].as_u64().unwrap(), out, calls)
}

fn recorded(case: &str) -> Value {
    let path = format!("{}/../../events/sign-in/{case}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn with(mut event: Value, pointer: &str, value: Value) -> Value {
    *event.pointer_mut(pointer).unwrap() = value;
    event
}

fn empty(_: &str) -> (u16, Value) {
    (200, json!({}))
}

const USER: &str = "usr_0198c0de-0000-7000-8000-000000000002";

/// A table with a link that expires at `until`, and with the link's user. Every write succeeds.
fn link_until(operation: &str, until: &str) -> (u16, Value) {
    let link = "f00d".repeat(16).parse::<domain::secret::Secret>().unwrap().hash();
    // Attributes of links and users have different names, so one item serves as both.
    let item = json!({
        "pk": { "S": format!("LINK#{link}") },
        "sk": { "S": "LINK" },
        "user": { "S": USER },
        "address": { "S": "jo@acme.example" },
        "next": { "S": "/onboarding/checklist" },
        "good_until": { "S": until },
        "id": { "S": USER },
        "name": { "S": "Jo" },
        "version": { "N": "1" },
        "orgs": { "L": [{ "S": "org_0198c0de-0000-7000-8000-000000000001" }] },
    });
    match operation {
        "BatchGetItem" => (200, json!({ "Responses": { "onramp": [item] } })),
        "GetItem" => (200, json!({ "Item": item })),
        _ => (200, json!({})),
    }
}

fn valid(operation: &str) -> (u16, Value) {
    link_until(operation, "2026-01-15T09:00:00.001Z")
}

fn expired(operation: &str) -> (u16, Value) {
    link_until(operation, "2026-01-15T09:00:00.000Z")
}

#[tokio::test]
async fn request_for_link_writes_once_and_reads_nothing() {
    let (status, out, calls) = run(empty, &recorded("post-login")).await;
    assert_eq!((status, calls), (200, vec!["TransactWriteItems".to_owned()]));
    assert!(out["body"].as_str().unwrap().contains("Check your email"));
    assert!(out["cookies"][0].as_str().unwrap().starts_with("__Host-b="), "the browser can be recognized");

    let json = with(recorded("post-login"), "/headers/accept", json!("application/json"));
    let (status, out, _) = run(empty, &json).await;
    assert_eq!((status, &out["body"]), (200, &json!(r#"{"success":true}"#)));
}

#[tokio::test]
async fn address_from_before_the_rules_gets_a_link() {
    let event = with(recorded("post-login"), "/body", json!("email=jo..doe%40example.com"));
    let (status, _, calls) = run(empty, &with(event, "/isBase64Encoded", json!(false))).await;
    assert_eq!((status, calls), (200, vec!["TransactWriteItems".to_owned()]));
}

#[tokio::test]
async fn full_width_at_sign_gets_a_hint() {
    let event = with(recorded("post-login"), "/body", json!("email=jo%EF%BC%A0example.com"));
    let event = with(event, "/isBase64Encoded", json!(false));
    let (status, out, _) = run(empty, &event).await;
    assert_eq!(status, 422);
    assert!(out["body"].as_str().unwrap().contains("Use the ordinary @ character"));
    let (_, out, _) = run(empty, &with(event, "/headers/accept", json!("application/json"))).await;
    assert!(out["body"].as_str().unwrap().contains("full_width_at"), "{out}");
}

#[tokio::test]
async fn invalid_request_makes_no_calls() {
    let form = recorded("post-login");
    let body = |text: &str| {
        let event = with(form.clone(), "/body", json!(text));
        with(event, "/isBase64Encoded", json!(false))
    };
    for (event, status) in [
        (with(form.clone(), "/headers/sec-fetch-site", json!("cross-site")), 403),
        (body("email=jo"), 422),
        (body("next=/dashboard"), 422),
        (body("email=a%40b.example&email=c%40d.example"), 400),
    ] {
        let (actual, _, calls) = run(empty, &event).await;
        assert_eq!((actual, calls), (status, vec![]), "{event}");
    }
}

#[tokio::test]
async fn get_of_link_changes_nothing() {
    let (status, out, calls) = run(valid, &recorded("get-link")).await;
    assert_eq!((status, calls), (200, vec!["BatchGetItem".to_owned()]));
    assert!(out["body"].as_str().unwrap().contains("jo@acme.example"));
}

#[tokio::test]
async fn use_of_link_takes_three_calls_and_opens_next_page() {
    let (status, out, calls) = run(valid, &recorded("post-link")).await;
    assert_eq!(status, 303);
    assert_eq!(out["headers"]["location"], "/onboarding/checklist");
    let cookie = out["cookies"][0].as_str().unwrap();
    assert!(cookie.starts_with("__Host-s=org_0198c0de-0000-7000-8000-000000000001.usr_"), "{cookie}");
    assert_eq!(calls, ["BatchGetItem", "GetItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn expired_used_or_unknown_link_starts_no_session() {
    let unknown = with(recorded("post-link"), "/rawPath", json!("/login/not-a-link"));
    for (table, event, reads) in [
        (expired as fn(&str) -> _, recorded("post-link"), 1),
        (expired, recorded("get-link"), 1),
        (empty, recorded("post-link"), 1),
        (valid, unknown, 0),
    ] {
        let (status, out, calls) = run(table, &event).await;
        assert_eq!((status, calls.len()), (404, reads), "{event}");
        assert_eq!(out["cookies"], json!([]), "{event}");
        assert!(out["body"].as_str().unwrap().contains("Send a new link"), "{event}");
    }
}

#[tokio::test]
async fn logout_succeeds_only_after_session_is_deleted() {
    let (status, out, calls) = run(empty, &recorded("post-logout")).await;
    assert_eq!((status, &out["headers"]["location"]), (303, &json!("/")));
    assert_eq!(calls, ["DeleteItem"]);
    assert!(out["cookies"][0].as_str().unwrap().ends_with("Max-Age=0"));

    let denied = |_: &str| (400, json!({ "__type": "InternalServerError" }));
    let (status, out, _) = run(denied, &recorded("post-logout")).await;
    assert_eq!((status, &out["cookies"]), (503, &json!([])));
}

/// A table in which one item serves as an unsubscribe link and as its organization.
fn unsubscribable(operation: &str) -> (u16, Value) {
    if operation != "GetItem" {
        return (200, json!({}));
    }
    let item = json!({ "Item": {
        "org": { "S": "org_0198c0de-0000-7000-8000-000000000001" },
        "user": { "S": USER },
        "good_until": { "S": "2026-01-15T09:00:00.001Z" },
        "version": { "N": "1" },
        "profile": { "M": {
            "id": { "S": "org_0198c0de-0000-7000-8000-000000000001" },
            "name": { "S": "Acme" },
            "time_zone": { "S": "UTC" },
            "signed_up_at": { "S": "2026-01-04T09:00:00.000Z" },
        } },
        "admins": { "L": [{ "M": {
            "user": { "S": USER },
            "name": { "S": "Jo" },
            "address": { "S": "jo@acme.example" },
        } }] },
    }});
    (200, item)
}

#[tokio::test]
async fn unsubscribe_link_works_from_any_site_and_get_changes_nothing() {
    let (status, out, calls) = run(unsubscribable, &recorded("get-unsubscribe")).await;
    assert_eq!((status, calls), (200, vec!["GetItem".to_owned(); 2]));
    assert!(out["body"].as_str().unwrap().contains("Stop trial reminders"));

    for (case, text) in [
        ("post-unsubscribe", "Turn reminders back on"),
        ("post-unsubscribe-one-click", r#"{"success":true}"#),
    ] {
        let (status, out, calls) = run(unsubscribable, &recorded(case)).await;
        assert_eq!((status, calls), (200, ["GetItem", "GetItem", "UpdateItem"].map(str::to_owned).to_vec()));
        assert!(out["body"].as_str().unwrap().contains(text), "{case}");
        assert_eq!(out["cookies"], json!([]));
    }

    let undo = recorded("post-unsubscribe-undo");
    let (status, out, calls) = run(unsubscribable, &undo).await;
    assert_eq!((status, calls.len()), (303, 2), "reminders are already on, so nothing is written");
    assert_eq!(out["headers"]["location"], undo["rawPath"].as_str().unwrap().trim_end_matches("/undo"));
    let (status, _, calls) =
        run(unsubscribable, &with(undo, "/headers/sec-fetch-site", json!("cross-site"))).await;
    assert_eq!((status, calls), (403, vec![]));
}

#[tokio::test]
async fn invalid_unsubscribe_link_gets_the_same_page_and_no_write() {
    let unknown = with(recorded("get-unsubscribe"), "/rawPath", json!("/mail/unsubscribe/not-a-link"));
    let former_admin = |operation: &str| {
        let (status, mut item) = unsubscribable(operation);
        if let Some(admins) = item.pointer_mut("/Item/admins/L") {
            *admins = json!([]);
        }
        (status, item)
    };
    let expired = |operation: &str| {
        let (status, mut item) = unsubscribable(operation);
        if let Some(until) = item.pointer_mut("/Item/good_until/S") {
            *until = json!("2026-01-15T09:00:00.000Z");
        }
        (status, item)
    };
    let (_, expected, _) = run(empty, &recorded("get-unsubscribe")).await;
    for (table, event) in [
        (empty as fn(&str) -> _, recorded("post-unsubscribe")),
        (empty, recorded("post-unsubscribe-undo")),
        (former_admin, recorded("get-unsubscribe")),
        (former_admin, recorded("post-unsubscribe")),
        (expired, recorded("get-unsubscribe")),
        (expired, recorded("post-unsubscribe")),
        (unsubscribable, unknown),
    ] {
        let (status, out, calls) = run(table, &event).await;
        assert_eq!((status, &out["body"]), (404, &expected["body"]), "{event}");
        assert!(!calls.contains(&"UpdateItem".to_owned()), "{event}");
    }
}

#[tokio::test]
async fn handoff_requires_a_session() {
    let key = format!("a:{}", "A".repeat(43));
    let vars = [("APP_URL", "https://app.example.com"), ("HOST_SIGNING_KEYS", key.as_str())];
    let page = recorded("post-handover-without-session");
    let json = with(page.clone(), "/headers/accept", json!("application/json"));
    let foreign = with(recorded("post-handover"), "/headers/sec-fetch-site", json!("same-site"));
    for (event, status, location, reads) in [
        (page, 303, json!("/login?next=/dashboard"), 0),
        (json, 401, Value::Null, 0),
        (recorded("post-handover"), 303, json!("/login?next=/dashboard"), 1),
        (foreign, 403, Value::Null, 0),
    ] {
        // The table contains no session, so every request is unauthenticated.
        let (actual, out, calls) = run_with(empty_batch, &vars, &event).await;
        assert_eq!((actual, &out["headers"]["location"], calls.len()), (status, &location, reads), "{event}");
    }
}

fn empty_batch(_: &str) -> (u16, Value) {
    (200, json!({ "Responses": {}, "UnprocessedKeys": {} }))
}
