//! Events that the host app reports in signed HTTP requests.

use serde_json::{Value, json};
use stack::Config;

use crate::host_app::host_key::{HostKey, now};
use e2e::driver::{TestResponse, Visitor, World};

const PATH: &str = "/host/events";

async fn post(world: &World, body: &str) -> TestResponse {
    let header = HostKey::local().sign(now(world), body);
    world
        .send(
            "POST",
            PATH,
            &[("onramp-signature", &header), ("content-type", "application/json")],
            body.to_owned(),
        )
        .await
}

async fn outcomes(world: &World, body: &Value) -> Vec<String> {
    let response = post(world, &body.to_string()).await;
    assert_eq!(response.status, 200, "{}", response.text());
    let response = response.json();
    response["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["result"].as_str().unwrap().to_owned())
        .collect()
}

fn event(kind: &str, visitor: &Visitor<'_>) -> Value {
    json!({ "type": kind, "organization_id": visitor.org(), "actor": "Mo", "occurred_at": "2025-01-09T08:00:00Z" })
}

#[tokio::test]
async fn signed_event_completes_its_task_once() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let response = post(
        &world,
        &json!({ "id": "e1", "type": "project.created", "organization_id": jo.org(), "actor": "Mo" })
            .to_string(),
    )
    .await;
    assert_eq!(response.json(), json!({ "results": [{ "id": "e1", "result": "ticked" }] }));
    assert_eq!(world.calls_of(&response).await, ["GetItem", "UpdateItem"]);
    let list = jo.checklist().await;
    let task = &list["tasks"][1];
    assert_eq!(
        (&task["completed"], &task["source"], &task["completed_by"]),
        (&json!(true), &json!("event"), &json!("Mo"))
    );
    let again = post(&world, &event("project.created", &jo).to_string()).await;
    assert_eq!(again.json(), json!({ "results": [{ "result": "already" }] }));
    assert_eq!(world.calls_of(&again).await, ["GetItem"], "nothing changed, so nothing is written");
}

#[tokio::test]
async fn list_is_one_write_per_organization() {
    let world = World::new().await;
    let (mut jo, mo) =
        (world.trialing("Acme", "jo@example.com").await, world.pending("Beta", "mo@example.com").await);
    let unknown_org = "org_0198c0de-0000-7000-8000-00000000dead";
    let body = json!([
        event("project.created", &jo),
        event("coffee.made", &jo),
        event("client.created", &mo),
        { "type": "project.created", "organization_id": unknown_org },
        { "type": "project.created", "organization_id": "acme" },
        event("client.created", &jo),
        event("client.created", &jo),
        { "organization_id": jo.org(), "occurred_at": "yesterday" },
        {},
    ]);
    let response = post(&world, &body.to_string()).await;
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(
        response.json()["results"],
        json!([
            { "result": "ticked" },
            { "result": "unknown_type" },
            { "result": "ticked" },
            { "result": "unknown_organization" },
            { "result": "unknown_organization" },
            { "result": "ticked" },
            { "result": "already" },
            { "result": "invalid", "faults": ["type is missing", "occurred_at must be an RFC 3339 timestamp, such as 2026-01-15T09:00:00Z"] },
            { "result": "invalid", "faults": ["type is missing", "organization_id is missing"] },
        ])
    );
    let mut calls = world.calls_of(&response).await;
    calls.sort();
    assert_eq!(calls, ["GetItem", "GetItem", "GetItem", "UpdateItem", "UpdateItem"]);
    assert_eq!(jo.checklist().await["completed_count"], 2);
}

#[tokio::test]
async fn unsigned_body_is_not_parsed() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let body = event("project.created", &jo).to_string();
    let (key, now) = (HostKey::local(), now(&world));
    let good = key.sign(now, &body);
    let other = HostKey::of(&format!("local:{}", "A".repeat(43))).sign(now, &body);
    let handoff_key = HostKey::of(stack::HANDOFF_KEYS).sign(now, &body);
    for (header, sent, detail) in [
        (Some(other.as_str()), body.as_str(), "Onramp-Signature does not match this body"),
        (Some(&handoff_key), &body, "Onramp-Signature does not match this body"),
        (Some(&good), "{", "Onramp-Signature does not match this body"),
        (Some(&key.sign(now - 301, &body)), &body, "seconds before or after now"),
        // Onramp allows 300 seconds. The clock advances during the test, so 301 seconds would be
        // too close to the limit.
        (Some(&key.sign(now + 900, &body)), &body, "seconds before or after now"),
        (Some("t=1"), &body, "must be t=<seconds>"),
        (None, &body, "is missing"),
    ] {
        let headers: Vec<_> = header.map(|header| ("onramp-signature", header)).into_iter().collect();
        let response = world.send("POST", PATH, &headers, sent.to_owned()).await;
        assert_eq!(response.status, 400, "{detail}");
        assert!(response.json()["detail"].as_str().unwrap().contains(detail), "{}", response.text());
        assert!(world.calls_of(&response).await.is_empty(), "{detail}");
    }
    assert_eq!(jo.checklist().await["completed_count"], 0);
    // During a key rotation, a request has signatures of both keys.
    let both = format!("{other},v1={}", good.split_once("v1=").unwrap().1);
    assert_eq!(world.send("POST", PATH, &[("onramp-signature", &both)], body).await.status, 200);
    assert_eq!(jo.checklist().await["completed_count"], 1);
}

#[tokio::test]
async fn malformed_signed_body_gets_the_expected_format() {
    let world = World::new().await;
    let many = Value::Array(vec![json!({ "type": "a", "organization_id": "b" }); 26]).to_string();
    for (body, status, detail) in [
        ("{", 400, "is not JSON"),
        ("", 400, "is not JSON"),
        (r#"{"type":"project.created","type":"a"}"#, 400, "a key twice"),
        (r#"[{"type":"project.created","more":{"a":1,"\u0061":1}}]"#, 400, "a key twice"),
        ("[]", 422, "1 to 25"),
        (&many, 422, "1 to 25"),
    ] {
        let response = post(&world, body).await;
        assert_eq!(response.status, status, "{body}: {}", response.text());
        assert!(response.json()["detail"].as_str().unwrap().contains(detail), "{}", response.text());
    }
    // An invalid event in a request does not block the valid events.
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let good = json!({ "type": "project.created", "organization_id": jo.org() });
    for invalid in [json!(7), json!({ "type": 7 }), json!(["a", "report.generated", jo.org(), null, null])] {
        let response = post(&world, &json!([invalid, good]).to_string()).await;
        assert_eq!(
            (response.status, &response.json()["results"][0]["result"]),
            (200, &json!("invalid")),
            "{invalid}"
        );
    }
    assert_eq!(jo.checklist().await["completed_count"], 1);
    let large = "x".repeat(256 * 1024 + 1);
    assert_eq!(post(&world, &large).await.status, 413);
}

#[tokio::test]
async fn failed_write_blocks_no_other_and_retry_is_safe() {
    let world = World::new().await;
    let (mut jo, mut mo) =
        (world.trialing("Acme", "jo@example.com").await, world.trialing("Beta", "mo@example.com").await);
    let body = json!([event("project.created", &jo), event("project.created", &mo)]);
    world.inject(json!([{ "function": "checklist-write", "service": "dynamodb", "operation": "UpdateItem", "nth": 1, "kind": "access_denied" }])).await;
    let failed = post(&world, &body.to_string()).await;
    assert_eq!(failed.status, 500, "{}", failed.text());
    let counts =
        [jo.checklist().await, mo.checklist().await].map(|list| list["completed_count"].as_u64().unwrap());
    assert_eq!(counts.iter().sum::<u64>(), 1, "{counts:?}");
    let mut again = outcomes(&world, &body).await;
    again.sort();
    assert_eq!(again, ["already", "ticked"]);
    assert_eq!(
        (jo.checklist().await["completed_count"].clone(), mo.checklist().await["completed_count"].clone()),
        (json!(1), json!(1))
    );
}

#[tokio::test]
async fn events_are_rejected_without_keys() {
    let world = World::with(Config::memory().set("HOST_KEYS", "")).await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    assert_eq!(post(&world, &event("project.created", &jo).to_string()).await.status, 400);
}
