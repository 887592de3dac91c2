//! The server API, with which the host app's server creates and reads organizations by its own ids.

use aws_local::{gateway::Served, invoke::Failure};
use futures_util::future::join_all;
use serde_json::{Value, json};
use stack::{API_KEYS, Config};

use crate::access::request::bearer;
use e2e::driver::{TestResponse, World};

const ORGANIZATIONS: &str = "/api/v1/organizations";
const ARN: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:onramp/api-keys-AbCdEf";

/// Sends a request with a key, which is an entry of `API_KEYS`.
async fn send(world: &World, key: &str, method: &str, path: &str, body: &Value) -> TestResponse {
    let (name, token) = bearer(key);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    world.send(method, path, &[(&name, &token)], body).await
}

/// Returns whether the function or one of its calls to AWS timed out.
fn has_timed_out(response: &TestResponse) -> bool {
    let failure = response.inner.extensions().get::<Served>().and_then(|served| served.failure.as_ref());
    response.status == 503 || matches!(failure, Some(Failure::TimedOut(_)))
}

async fn get(world: &World, path: &str) -> TestResponse {
    send(world, API_KEYS, "GET", path, &Value::Null).await
}

fn acme() -> Value {
    json!({
        "name": "Acme Corp", "external_id": "acme@1", "time_zone": "Europe/Berlin",
        "admin": { "email": "jo@example.com", "full_name": "Jo Doe", "external_id": "user:7" },
    })
}

#[tokio::test]
async fn host_app_creates_and_finds_a_tenant_by_its_own_ids() {
    let world = World::new().await;
    let created = send(&world, API_KEYS, "POST", ORGANIZATIONS, &acme()).await;
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(world.calls_of(&created).await, ["BatchGetItem", "TransactWriteItems"]);
    // The founder gets the welcome email.
    world.settle().await;
    assert_eq!(world.mails("welcome").await.len(), 1);
    let other = json!({
        "name": "Other", "external_id": "acme@1", "admin": { "email": "mo@example.com", "full_name": "Mo" },
    });
    let again = send(&world, API_KEYS, "POST", ORGANIZATIONS, &other).await;
    assert_eq!(world.calls_of(&again).await, ["BatchGetItem", "GetItem"]);
    let mut state = again.json();
    let (admin, links) = (state["admin"].take(), state["links"].take());
    state.as_object_mut().unwrap().retain(|name, _| !matches!(name.as_str(), "admin" | "links"));
    assert_eq!((again.status, &state["name"], &admin), (200, &json!("Acme Corp"), &created.json()["admin"]));
    assert_eq!(links["checklist"], "http://localhost:8484/onboarding/checklist");
    let id = state["id"].as_str().unwrap();
    assert_eq!(created.json()["id"], id);

    let by_id = get(&world, &format!("{ORGANIZATIONS}/{id}")).await;
    assert_eq!(by_id.json(), state);
    assert_eq!(by_id.header("etag"), format!("\"{}\"", state["version"]));
    assert_eq!(world.calls_of(&by_id).await, ["GetItem"]);
    assert_eq!(get(&world, &format!("{ORGANIZATIONS}/ext:acme%401")).await.json(), state);
    let checklist = get(&world, &format!("{ORGANIZATIONS}/{id}/checklist")).await;
    assert_eq!(
        (&checklist.json()["organization_id"], checklist.header("etag")),
        (&json!(id), by_id.header("etag"))
    );
    assert_eq!(world.calls_of(&checklist).await, ["GetItem"]);
    for path in ["", "?external_id=acme%401", "?status=trialing"] {
        let found = get(&world, &format!("{ORGANIZATIONS}{path}")).await.json();
        assert_eq!(found["organizations"], json!([state]), "{path}");
    }
    let linked =
        json!({ "type": "checkout.session.completed", "organization_id": id, "customer": "cus_acme" });
    assert_eq!(world.stripe(linked).await, [200]);
    let found = get(&world, &format!("{ORGANIZATIONS}?stripe_customer=cus_acme")).await.json();
    assert_eq!(found["organizations"][0]["billing"]["customer"], "cus_acme");
    let user = get(&world, "/api/v1/users/ext:user:7").await.json();
    assert_eq!((&user["id"], &user["organizations"]), (&admin["id"], &json!([id])));
    assert_eq!(get(&world, "/api/v1/users?email=JO%40example.com").await.json(), json!({ "users": [user] }));

    // The founder signs in by an emailed link.
    let mut jo = world.visitor();
    assert_eq!(jo.submit("/login", &[("email", "jo@example.com")]).await.status, 200);
    world.settle().await;
    let mail = world.mails("sign_in").await.remove(0);
    let text = mail["text"].as_str().unwrap();
    let link = text.lines().find_map(|line| line.split_once("http://localhost:8484")).unwrap().1;
    assert_eq!(jo.submit(link.trim(), &[]).await.status, 303);
    assert_eq!((jo.org().as_str(), jo.user()), (id, admin["id"].as_str().unwrap().to_owned()));
}

#[tokio::test]
async fn parallel_creations_of_one_id_create_one_organization() {
    let world = World::new().await;
    let acme = acme();
    // All calls share the cores of this machine, so a function or its calls to AWS can time out. A
    // client then repeats the request.
    let (mut responses, mut open) = (Vec::new(), 1000);
    while open > 0 {
        let requests = (0..open).map(|_| send(&world, API_KEYS, "POST", ORGANIZATIONS, &acme));
        let (unavailable, done): (Vec<_>, Vec<_>) =
            join_all(requests).await.into_iter().partition(has_timed_out);
        assert!(!done.is_empty(), "no request of this round succeeded");
        responses.extend(done);
        open = unavailable.len();
    }
    let created = responses.iter().filter(|response| response.status == 201).count();
    assert!(created <= 1, "{created} requests created an organization");
    let first = responses[0].json()["id"].clone();
    for response in &responses {
        assert!(matches!(response.status, 200 | 201), "{} {}", response.status, response.text());
        assert_eq!(response.json()["id"], first);
    }
    let all = get(&world, ORGANIZATIONS).await.json();
    assert_eq!(all["organizations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn tenants_from_one_address_have_no_limit_and_exist_once() {
    let world = World::new().await;
    let tenant = |n: usize| {
        json!({
            "name": format!("Tenant {n}"), "external_id": format!("tenant-{n}"),
            "admin": { "email": format!("admin{n}@example.com"), "full_name": "Jo Doe" },
        })
    };
    let mut open: Vec<usize> = (0..1000).collect();
    while !open.is_empty() {
        let bodies: Vec<Value> = open.iter().map(|n| tenant(*n)).collect();
        let requests = bodies.iter().map(|body| send(&world, API_KEYS, "POST", ORGANIZATIONS, body));
        let responses = join_all(requests).await;
        let before = open.len();
        let mut of_round = responses.iter();
        open.retain(|_| {
            let response = of_round.next().unwrap();
            assert!(
                matches!(response.status, 200 | 201 | 429) || has_timed_out(response),
                "{} {}",
                response.status,
                response.text()
            );
            !matches!(response.status, 200 | 201)
        });
        assert!(open.len() < before, "{} {}", responses[0].status, responses[0].text());
        for response in responses.iter().filter(|response| response.status == 429) {
            assert!(!response.header("retry-after").is_empty());
        }
    }
    let (mut found, mut cursor) = (Vec::new(), String::new());
    while found.len() < 1000 {
        let page = get(&world, &format!("{ORGANIZATIONS}?limit=100{cursor}")).await.json();
        found
            .extend(page["organizations"].as_array().unwrap().iter().map(|it| it["external_id"].to_string()));
        cursor = format!("&cursor={}", page["next_cursor"].as_str().expect("the list ended before 1,000"));
    }
    let next = get(&world, &format!("{ORGANIZATIONS}?limit=100{cursor}")).await.json();
    assert_eq!((found.len(), &next["organizations"]), (1000, &json!([])));
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), 1000);
}

#[tokio::test]
async fn unverified_person_loses_sessions_when_the_host_app_vouches() {
    let world = World::new().await;
    let mut stranger = world.trialing("Fake", "jo@example.com").await;
    let mut body = acme();
    body["admin"]["email_verified"] = json!(true);
    let created = send(&world, API_KEYS, "POST", ORGANIZATIONS, &body).await;
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(stranger.read("/onboarding/api/checklist").await.status, 401);
    let user = get(&world, "/api/v1/users/ext:user:7").await.json();
    assert_eq!(
        (&user["full_name"], &user["email_verified"], user["organizations"].as_array().unwrap().len()),
        (&json!("Jo Doe"), &json!(true), 2)
    );
    assert_eq!(created.json()["status"], "trialing", "the host app grants a further trial");
}

#[tokio::test]
async fn key_is_rejected_like_a_missing_one_until_it_is_stored() {
    let world = World::with(Config::memory().set("ApiKeysArn", ARN)).await;
    let secrets = &world.stack.system().cloud.secrets;
    let (old, new) = ("old:old-key-0123456789abcdef0123456789", "new:new-key-0123456789abcdef0123456789");
    secrets.put(ARN, &format!("{old},reader:{}:read", "r".repeat(32)));
    let status = async |key: &str| {
        let response = send(&world, key, "GET", "/api/v1", &Value::Null).await;
        (response.status, response.text())
    };
    assert_eq!(status(old).await.0, 200);
    let missing = world.send("GET", "/api/v1", &[], String::new()).await;
    assert_eq!(missing.header("www-authenticate"), "Bearer realm=\"onramp\"");
    for key in [new, "old:new-key-0123456789abcdef0123456789", "old", "", "reader:"] {
        assert_eq!(status(key).await, (401, missing.text()), "{key}");
    }
    secrets.put(ARN, new);
    world.advance("5m").await;
    assert_eq!((status(old).await.0, status(new).await.0), (401, 200), "the keys were rotated");

    // A key that only reads.
    secrets.put(ARN, &format!("{new},reader:{}:read", "r".repeat(32)));
    world.advance("5m").await;
    let reader = format!("reader:{}", "r".repeat(32));
    assert_eq!(send(&world, &reader, "GET", ORGANIZATIONS, &Value::Null).await.status, 200);
    let items = world.item_count().await;
    let denied = send(&world, &reader, "POST", ORGANIZATIONS, &acme()).await;
    assert_eq!((denied.status, world.item_count().await), (403, items), "{}", denied.text());

    // Ids of another stage do not exist here.
    for path in
        ["organizations/org_0198c0de-0000-7000-8000-00000000dead", "organizations/ext:acme-1", "users/ext:a"]
    {
        let response = send(&world, new, "GET", &format!("/api/v1/{path}"), &Value::Null).await;
        assert_eq!(response.status, 404, "{path}");
    }
}

#[tokio::test]
async fn stage_without_keys_rejects_every_key() {
    let world = World::with(Config::memory().set("API_KEYS", "")).await;
    let response = get(&world, "/api/v1").await;
    assert_eq!(response.status, 401, "{}", response.text());
}

#[tokio::test]
async fn portal_link_of_the_server_signs_its_user_in_once() {
    let world = World::with(Config::memory().set("EMBED_ORIGINS", "https://host.example")).await;
    assert_eq!(send(&world, API_KEYS, "POST", ORGANIZATIONS, &acme()).await.status, 201);
    let path = format!("{ORGANIZATIONS}/ext:acme%401/portal-links");
    let link =
        |user: &str, return_url: &str| json!({ "user": user, "page": "plans", "return_url": return_url });
    for (user, return_url, status) in [
        ("ext:user:7", "https://evil.example/", 422),
        ("ext:user:8", "https://host.example/settings", 404),
        ("usr_0198c0de-0000-7000-8000-00000000dead", "https://host.example/settings", 404),
    ] {
        let response = send(&world, API_KEYS, "POST", &path, &link(user, return_url)).await;
        assert_eq!(response.status, status, "{user} {return_url}: {}", response.text());
    }
    let created =
        send(&world, API_KEYS, "POST", &path, &link("ext:user:7", "https://host.example/settings")).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let url = created.json()["url"].as_str().unwrap().to_owned();
    let opened = url.strip_prefix("http://localhost:8484").unwrap();
    let mut browser = world.visitor();
    let visit = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let entered = browser.send("GET", opened, &visit, "").await;
    assert_eq!(
        (entered.status, entered.header("location")),
        (303, format!("/organizations/{}", browser.org()).as_str())
    );
    let page = browser.open(entered.header("location")).await;
    assert!(page.text().contains("https://host.example/settings"), "the page leads back to the host app");
    assert_eq!(world.visitor().send("GET", opened, &visit, "").await.status, 404);
}

#[tokio::test]
async fn host_app_manages_members_without_invitations() {
    let world = World::new().await;
    assert_eq!(send(&world, API_KEYS, "POST", ORGANIZATIONS, &acme()).await.status, 201);
    let members = format!("{ORGANIZATIONS}/ext:acme%401/members");
    let kim = json!({ "email": "kim@example.com", "full_name": "Kim Poe", "external_id": "kim", "email_verified": true });
    let added = send(&world, API_KEYS, "POST", &members, &kim).await;
    assert_eq!((added.status, &added.json()["member"]["role"]), (201, &json!("member")), "{}", added.text());
    let again = send(&world, API_KEYS, "POST", &members, &kim).await;
    assert_eq!((again.status, again.json(), again.header("etag")), (200, added.json(), added.header("etag")));
    world.settle().await;
    let mails = world.local("GET", "/_local/mail", None).await;
    assert!(mails.as_array().unwrap().iter().all(|mail| mail["to"][0] != "kim@example.com"), "{mails}");

    let path = format!("{members}/ext:kim");
    let promoted = send(&world, API_KEYS, "PUT", &path, &json!({ "role": "admin" })).await;
    assert_eq!((promoted.status, &promoted.json()["member"]["role"]), (200, &json!("admin")));
    assert_eq!(world.mails("membership_changed").await.len(), 1);
    assert_eq!(send(&world, API_KEYS, "DELETE", &path, &Value::Null).await.status, 204);
    assert_eq!(send(&world, API_KEYS, "DELETE", &path, &Value::Null).await.status, 404);
    assert_eq!(world.mails("membership_changed").await.len(), 2);
    let last = send(&world, API_KEYS, "DELETE", &format!("{members}/ext:user:7"), &Value::Null).await;
    assert_eq!(last.status, 409, "{}", last.text());
    assert_eq!(get(&world, &members).await.json()["members"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn host_app_changes_tasks_in_every_status() {
    let world = World::new().await;
    let mut body = acme();
    body["trial"] = json!(false);
    let org = send(&world, API_KEYS, "POST", ORGANIZATIONS, &body).await.json();
    assert_eq!(org["status"], "pending");
    let path = format!("{ORGANIZATIONS}/{}/checklist", org["id"].as_str().unwrap());
    let change = async |change: &str, version: &Value| {
        let (name, token) = bearer(API_KEYS);
        let tag = format!("\"{version}\"");
        let headers = [(name.as_str(), token.as_str()), ("if-match", tag.as_str())];
        let body = json!({ "actor": "Kim Poe" }).to_string();
        world.send("POST", &format!("{path}/created_project/{change}"), &headers, body).await
    };
    let skipped = change("skip", &org["version"]).await;
    assert_eq!((skipped.status, skipped.header("etag")), (200, "\"2\""), "{}", skipped.text());
    let calls = world.calls_of(&skipped).await;
    assert_eq!(calls, ["GetItem", "UpdateItem"]);
    assert_eq!(change("complete", &org["version"]).await.status, 412, "the version has changed");
    let done = change("complete", &json!(2)).await;
    assert_eq!((done.status, &done.json()["completion_percentage"]), (200, &json!(12)));
    let again = change("complete", &json!(3)).await;
    assert_eq!((again.status, again.text(), again.header("etag")), (200, done.text(), "\"3\""));
    let task = &get(&world, &path).await.json()["tasks"][1];
    assert_eq!((&task["source"], &task["completed_by"]), (&json!("event"), &json!("Kim Poe")));
    assert_eq!(world.events("checklist.task_completed").await.len(), 1);
}

#[tokio::test]
async fn idempotency_key_extends_a_trial_once() {
    let world = World::new().await;
    let created = send(&world, API_KEYS, "POST", ORGANIZATIONS, &acme()).await.json();
    let path = format!("{ORGANIZATIONS}/ext:acme%401/trial/extend");
    let (name, token) = bearer(API_KEYS);
    let extend = async |key: &str| {
        let headers = [(name.as_str(), token.as_str()), ("idempotency-key", key)];
        let body = json!({ "days": 7, "reason": "They asked for more time." }).to_string();
        let response = world.send("POST", &path, &headers, body).await;
        assert_eq!(response.status, 200, "{}", response.text());
        response.json()
    };
    assert_eq!(created["trial"]["days_remaining"], 14);
    let extended = extend("renewal-1").await;
    assert_eq!(extended["trial"]["days_remaining"], 21);
    assert_eq!(extend("renewal-1").await, extended);
    assert_eq!(extend("renewal-2").await["trial"]["days_remaining"], 28);
    assert_eq!(world.events("trial.extended").await.len(), 2);
}

#[tokio::test]
async fn new_address_applies_everywhere_and_ends_sessions() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let path = format!("/api/v1/users/{}", jo.user());
    let version =
        async || get(&world, &format!("{ORGANIZATIONS}/{}", jo.org())).await.json()["version"].clone();
    let before = version().await;
    let change = json!({ "email": "jo@new.example", "email_verified": true, "full_name": "Jo Roe" });
    let changed = send(&world, API_KEYS, "PATCH", &path, &change).await;
    assert_eq!(
        (changed.status, &changed.json()["email"]),
        (200, &json!("jo@new.example")),
        "{}",
        changed.text()
    );
    assert!(version().await.as_u64() > before.as_u64());
    let state = get(&world, &format!("{ORGANIZATIONS}/{}", jo.org())).await.json();
    assert_eq!(
        (&state["admins"][0]["email"], &state["admins"][0]["full_name"]),
        (&json!("jo@new.example"), &json!("Jo Roe"))
    );
    let mails = world.mails("email_changed").await;
    assert_eq!(mails.iter().map(|mail| &mail["to"][0]).collect::<Vec<_>>(), ["jo@example.com"]);
    let again = send(&world, API_KEYS, "PATCH", &path, &change).await;
    assert_eq!((again.status, again.text()), (200, changed.text()));
    let users = get(&world, "/api/v1/users?email=jo%40example.com").await.json();
    assert_eq!(users, json!({ "users": [] }), "the earlier address is free");
    assert_eq!(jo.read("/onboarding/api/checklist").await.status, 401);
}
