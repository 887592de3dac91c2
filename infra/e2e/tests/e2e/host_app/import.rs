//! `onramp import` against a local stack whose Stripe account has customers in all states.

use std::{collections::BTreeMap, fmt::Write};

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use cli::import::{Line, Report, Server, parse, run};
use serde_json::{Value, json};
use stack::API_KEYS;
use stripe_mock::Existing;
use tokio::sync::Notify;

use crate::{access::request::bearer, journeys::smoke::Wire};
use e2e::driver::World;

/// Number of imported organizations, unless ONRAMP_IMPORT_COUNT sets another.
const COUNT: usize = 60;

/// State of an imported organization: what Stripe has, the end of its own trial, and the status.
const STATES: [(Option<Existing>, Option<&str>, &str); 8] = [
    (None, None, "pending"),
    (None, Some("2050-01-01T00:00:00Z"), "trialing"),
    (None, Some("2024-04-01T00:00:00Z"), "trial_expired"),
    (Some(Existing::Trialing), None, "trialing"),
    (Some(Existing::Active), Some("2024-04-01T00:00:00Z"), "active"),
    (Some(Existing::Invoicing), None, "active"),
    (Some(Existing::PastDue), None, "past_due"),
    (Some(Existing::Canceled), None, "canceled"),
];

#[expect(clippy::disallowed_methods, reason = "the variable sizes a test and configures no code")]
fn count() -> usize {
    std::env::var("ONRAMP_IMPORT_COUNT").ok().and_then(|count| count.parse().ok()).unwrap_or(COUNT)
}

/// Returns the file, and adds the customers to the account at Stripe.
fn file(world: &World) -> String {
    let mut file = String::new();
    for (n, (existing, trial_ends_at, _)) in (0..count()).zip(STATES.iter().cycle()) {
        let customer = existing.map(|existing| {
            let customer = format!("cus_Imported{n}");
            world.stack.system().stripe.add_existing(&customer, existing);
            customer
        });
        let line = json!({
            "name": format!("Acme {n}"), "external_id": format!("acme-{n}"),
            "admin": { "email": format!("jo{n}@example.com"), "full_name": "Jo Doe" },
            "provisioned": true, "signed_up_at": "2024-03-01T09:00:00Z", "trial_ends_at": trial_ends_at,
            "completed_tasks": ["created_project"], "stripe_customer_id": customer,
            "members": [{ "email": format!("mo{n}@example.com"), "full_name": "Mo Roe", "role": "member" }],
        });
        writeln!(file, "{line}").unwrap();
    }
    file
}

fn server(world: &World, key: &str) -> Server {
    Server {
        http: SharedHttpConnector::new(Wire(world.stack.app())),
        url: "http://localhost:8484".parse().unwrap(),
        key: bearer(key).1.trim_start_matches("Bearer ").to_owned(),
    }
}

/// Returns an event about an imported customer or its subscription. Its metadata names no organization.
fn event(kind: &str, n: usize) -> Value {
    let [customer, subscription] = ["cus", "sub"].map(|prefix| format!("{prefix}_Imported{n}"));
    let id = if kind == "customer.deleted" { &customer } else { &subscription };
    json!({ "type": kind, "customer": customer, "set": { "data.object.id": id } })
}

/// Runs the import until `lines` lines are done, and then kills it.
async fn run_partly(server: &Server, all: &[Line], lines: usize) {
    let killed = Notify::new();
    tokio::select! {
        _ = run(server, all, |done| if done == lines { killed.notify_one() }) => panic!("it was not killed"),
        () = killed.notified() => {}
    }
}

/// Returns the state of every organization, by external id.
async fn states(world: &World) -> BTreeMap<String, Value> {
    let (name, token) = bearer(API_KEYS);
    let mut states = BTreeMap::new();
    for n in 0..count() {
        let path = format!("/api/v1/organizations/ext:acme-{n}");
        let response = world.send("GET", &path, &[(&name, &token)], "").await;
        assert_eq!(response.status, 200, "{path}");
        states.insert(format!("acme-{n}"), response.json());
    }
    states
}

#[tokio::test]
async fn import_brings_tenants_in_without_mail_or_writes() {
    let world = World::new().await;
    let (lines, refused) = parse(&file(&world));
    assert_eq!((lines.len(), refused), (count(), vec![]));
    let server = server(&world, API_KEYS);
    assert_eq!(server.check().await, Ok(()));
    // Two events arrive before the import, and wait for their customers.
    for (kind, n) in [("customer.subscription.updated", 4), ("customer.subscription.deleted", 7)] {
        assert_eq!(world.stripe(event(kind, n)).await, [200]);
        assert_eq!(world.items(&format!("CUSTOMER#cus_Imported{n}")).await.len(), 2);
    }

    run_partly(&server, &lines, count() / 3).await;
    let resumed = run(&server, &lines, |_| {}).await;
    assert_eq!((resumed.created + resumed.existing, resumed.refused.len()), (count(), 0), "{resumed:?}");
    assert!(resumed.created < count(), "the killed run left organizations");
    for n in [4, 7] {
        assert_eq!(
            world.items(&format!("CUSTOMER#cus_Imported{n}")).await.len(),
            1,
            "the events are applied"
        );
    }

    // A run of the reconciler reads only as many customers as its time permits.
    for _ in 0..10 {
        world.advance("1m").await;
    }
    let imported = states(&world).await;
    for (n, (existing, _, status)) in (0..count()).zip(STATES.iter().cycle()) {
        let state = &imported[&format!("acme-{n}")];
        assert_eq!(state["status"], *status, "{n}: {state}");
        assert_eq!(
            (&state["provisioning"]["trigger"], &state["member_count"]),
            (&json!("import"), &json!(2))
        );
        assert!(state["checklist"]["completed_count"].as_u64() >= Some(1), "{n}");
        let pending = *existing == Some(Existing::Invoicing);
        assert_eq!(state["next"]["kind"] == "payment_pending", pending, "{n}: {state}");
        assert_eq!(
            state["plan"].is_null(),
            existing.is_none_or(|it| it == Existing::Canceled),
            "{n}: {state}"
        );
    }
    let again = run(&server, &lines, |_| {}).await;
    assert_eq!(again, Report { existing: count(), ..Report::default() });
    world.advance("1d").await;
    assert_eq!(states(&world).await, imported_later(&world, &imported).await, "a second run changes nothing");

    // A later event without metadata finds its organization.
    assert_eq!(world.stripe(event("customer.deleted", 5)).await, [200]);
    assert_eq!(states(&world).await["acme-5"]["status"], "canceled");
    world.settle().await;
    assert_eq!(world.local("GET", "/_local/mail", None).await, json!([]));
    let calls = world.stack.system().cloud.calls.since(0);
    let writes = calls.iter().filter(|call| call.service == "stripe" && !call.operation.starts_with("GET "));
    assert_eq!(writes.count(), 0);
    assert!(calls.iter().any(|call| call.operation == "GET /v1/subscriptions"));
}

/// Returns `before` with the values that only time changes, as they are now.
async fn imported_later(world: &World, before: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let mut later = before.clone();
    let now = states(world).await;
    for (id, state) in &mut later {
        state["trial"] = now[id]["trial"].clone();
    }
    later
}

#[tokio::test]
async fn refused_lines_are_named_and_the_others_are_done() {
    let world = World::new().await;
    let key = format!("{API_KEYS}:read");
    let line = |id: &str, more: &str| {
        format!(
            r#"{{"name":"Acme","external_id":"{id}","provisioned":true,{more}"admin":{{"email":"jo@example.com","full_name":"Jo Doe"}}}}"#
        )
    };
    let text = [
        line("acme-1", ""),
        line("acme-2", r#""completed_tasks":["walked_the_dog"],"#),
        line("acme-3", r#""stripe_customer_id":"cus_1","#),
        line("acme 4", ""),
    ]
    .join("\n");
    let (lines, refused) = parse(&text);
    assert_eq!(refused.iter().map(|line| line.number).collect::<Vec<_>>(), [4]);
    assert!(server(&world, &key).check().await.is_err(), "the stage does not have the key");
    let report = run(&server(&world, API_KEYS), &lines, |_| {}).await;
    assert_eq!((report.created, report.refused.len()), (2, 1));
    let refused = &report.refused[0];
    assert!(refused.number == 2 && refused.reason.contains("walked_the_dog"), "{refused:?}");
    world.advance("1m").await;
    assert_eq!(world.local("GET", "/_local/mail", None).await, json!([]));
}

#[tokio::test(start_paused = true)]
async fn imported_customer_keeps_access_while_stripe_is_down() {
    let world = World::new().await;
    world.stack.system().stripe.add_existing("cus_1", Existing::Canceled);
    world.inject(json!([{ "service": "stripe", "rate": 1.0, "kind": "error_500" }])).await;
    let (lines, _) = parse(
        r#"{"name":"Acme","external_id":"acme-0","provisioned":true,"stripe_customer_id":"cus_1","admin":{"email":"jo@example.com","full_name":"Jo Doe"}}"#,
    );
    let server = server(&world, API_KEYS);
    let report = run(&server, &lines, |_| {}).await;
    assert_eq!(report.created, 1, "{report:?}");
    let state = async || {
        let (name, token) = bearer(API_KEYS);
        world.send("GET", "/api/v1/organizations/ext:acme-0", &[(&name, &token)], "").await.json()
    };
    let shown = |state: &Value| (state["access"].clone(), state["next"]["kind"].clone());
    world.advance("71h").await;
    assert_eq!(shown(&state().await), (json!("full"), json!("payment_pending")));
    assert_eq!(world.local("GET", "/_local/events", None).await, json!([]), "nothing is announced");
    world.advance("2h").await;
    assert_eq!(shown(&state().await), (json!("billing_only"), Value::Null));
    assert_eq!(world.events("organization.signed_up").await.len(), 1);

    world.inject(json!([])).await;
    let later = json!({ "name": "Acme", "external_id": "acme-1", "provisioned": true, "stripe_customer_id": "cus_2", "admin": { "email": "jo@example.com", "full_name": "Jo Doe" } });
    world.stack.system().stripe.add_existing("cus_2", Existing::Active);
    world.inject(json!([{ "service": "stripe", "rate": 1.0, "kind": "error_500" }])).await;
    run(&server, &parse(&later.to_string()).0, |_| {}).await;
    world.advance("10m").await;
    world.inject(json!([])).await;
    world.advance("1h").await;
    let (name, token) = bearer(API_KEYS);
    let read = world.send("GET", "/api/v1/organizations/ext:acme-1", &[(&name, &token)], "").await.json();
    assert_eq!((&read["status"], &read["next"]["kind"]), (&json!("active"), &json!("renews")), "{read}");
}
