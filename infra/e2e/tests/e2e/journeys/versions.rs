//! Compatibility of stored items with other versions of the code.
//!
//! This version reads the items of the last release completely. Its writes preserve the fields that
//! a newer version added.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use e2e::driver::{Visitor, World};

/// Items that the last release wrote, at least one of every kind. `infra/ci/compat/record_items.py`
/// records them.
const RELEASED: &str = include_str!("items/dd25a95.json");

/// Every kind of item, as the first parts of its keys. The sort key of `BRAKE` is an hour.
const KINDS: [&str; 21] = [
    "ASKED ASKED",
    "BRAKE 2026-12-10T21:00:00.000Z",
    "CUSTOMER LINK",
    "CUSTOMER PARKED",
    "EMAIL USER",
    "FEED FIRST",
    "FEED SEND",
    "LIMIT TIMES",
    "LINK FOUNDING",
    "LINK INVITATION",
    "LINK LINK",
    "LINK UNSUBSCRIBE",
    "LINK USED",
    "ORG INVITE",
    "ORG MEMBER",
    "ORG ORG",
    "SIGNUP SIGNUP",
    "STRIPE QUARANTINED",
    "TRIAL TRIAL",
    "USER SESSION",
    "USER USER",
];

/// Paths of maps whose keys are data, such as task keys, and not fixed field names.
const ENTRIES: [&str; 10] = [
    "checklist|ticks",
    "checklist|skipped",
    "billing|subscriptions",
    "billing|invoices",
    "billing|incidents",
    "billing_details|subscriptions",
    "billing_details|due",
    "facts",
    "joins|by_org",
    "mail",
];
/// Separator of the parts of a path. No attribute name and no key of a map contains it.
const SEPARATOR: char = '|';

/// Name of a field that this version does not define.
const FUTURE: &str = "from_the_future";

fn released() -> Value {
    serde_json::from_str(RELEASED).unwrap()
}

/// Starts a stack with these items. Sets its clock to the time at which the items were recorded.
async fn world(released: &Value, items: &[Value]) -> World {
    let world = World::new().await;
    world.local("POST", "/_local/clock", Some(json!({ "now": released["now"] }))).await;
    for item in items {
        world.write("PutItem", json!({ "Item": item }));
    }
    world
}

/// Returns a visitor with the recorded session of a user.
fn visitor<'w>(world: &'w World, released: &Value, name: &str) -> Visitor<'w> {
    let mut visitor = world.visitor();
    visitor.cookie = Some(released["people"][name]["cookie"].as_str().unwrap().to_owned());
    visitor
}

/// Returns the partition key and the sort key of an item.
fn key(item: &Value) -> (String, String) {
    let part = |name: &str| item[name]["S"].as_str().unwrap().to_owned();
    (part("pk"), part("sk"))
}

/// Adds the paths of maps with fixed field names to `found`: of `value` itself, and of all maps
/// inside it. `path` is the path of `value`, which is in DynamoDB JSON.
fn groups(path: &str, value: &Value, found: &mut Vec<String>) {
    let Some(fields) = value.get("M").and_then(Value::as_object) else { return };
    let name = path.rsplit(SEPARATOR).next().unwrap();
    let notice = path.starts_with("mail|") && path.matches(SEPARATOR).count() == 1;
    if !notice && !ENTRIES.iter().any(|entries| path == *entries || name == *entries) {
        found.push(path.to_owned());
    }
    for (name, value) in fields {
        groups(&format!("{path}{SEPARATOR}{name}"), value, found);
    }
}

/// Returns the map at a path of an item. Returns `None` if there is no map.
fn at<'v>(item: &'v mut Value, path: &str) -> Option<&'v mut Map<String, Value>> {
    let mut current = item;
    for name in path.split(SEPARATOR) {
        current = match current.get("M") {
            Some(_) => current.get_mut("M")?.get_mut(name)?,
            None => current.get_mut(name)?,
        };
    }
    current.get_mut("M")?.as_object_mut()
}

/// Adds an unknown field to an item, and to each map with fixed field names in it. Returns the
/// paths of these maps.
fn decorate(item: &mut Value) -> Vec<String> {
    let mut paths = Vec::new();
    let is_org = item["sk"]["S"] == "ORG";
    for (name, value) in item.as_object().unwrap() {
        match (is_org, name.as_str()) {
            // Here `mail` contains the fields of one email. In an organization's item, it instead
            // contains several emails by key.
            (false, "mail") => paths.push(name.clone()),
            _ => groups(name, value, &mut paths),
        }
    }
    for path in &paths {
        at(item, path).unwrap().insert(FUTURE.to_owned(), json!({ "S": "kept" }));
    }
    item[FUTURE] = json!({ "S": "kept" });
    paths
}

#[test]
fn recording_has_an_item_of_every_kind() {
    let first_part = |text: &str| text.split('#').next().unwrap().to_owned();
    let mut kinds: Vec<String> = released()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let (pk, sk) = key(item);
            format!("{} {}", first_part(&pk), first_part(&sk))
        })
        .collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds, KINDS);
}

#[tokio::test]
async fn items_of_the_last_release_are_read_completely() {
    let released = released();
    let world = world(&released, released["items"].as_array().unwrap()).await;
    for (name, recorded) in released["people"].as_object().unwrap() {
        let now = visitor(&world, &released, name).checklist().await;
        let then = &recorded["checklist"];
        for field in [
            "id",
            "organization_id",
            "completed_count",
            "completion_percentage",
            "dismissed",
            "dismissed_at",
            "created_at",
            "organization",
        ] {
            includes(&now[field], &then[field], &format!("{name}.{field}"));
        }
        let tasks = |list: &Value| -> BTreeMap<String, Value> {
            let each = list["tasks"].as_array().unwrap().iter();
            each.map(|task| (task["key"].as_str().unwrap().to_owned(), task.clone())).collect()
        };
        for (key, task) in tasks(then) {
            for field in ["completed", "completed_at", "skipped", "completed_by", "source"] {
                assert_eq!(tasks(&now)[&key][field], task[field], "{name}: {key}.{field}");
            }
        }
    }
    world.advance("1h").await;
    assert_eq!(world.items("UNREADABLE").await, Vec::<Value>::new());
    let mut operator = visitor(&world, &released, "operator");
    for (list, expected) in [("/operator", "quarantined"), ("/operator?list=foreign", "cus_nobody_knows")] {
        let response = operator.read(list).await;
        assert!(response.status == 200 && response.text().contains(expected), "{list}: {}", response.text());
    }
}

/// Checks that `now` contains every value of `then`. `path` names the place in failure messages.
fn includes(now: &Value, then: &Value, path: &str) {
    match (now, then) {
        (Value::Object(now), Value::Object(then)) => {
            for (name, value) in then {
                includes(now.get(name).unwrap_or(&Value::Null), value, &format!("{path}.{name}"));
            }
        }
        _ => assert_eq!(now, then, "{path}"),
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one sequence of writes from all sources")]
async fn writes_preserve_fields_of_a_newer_version() {
    let released = released();
    let mut items = released["items"].as_array().unwrap().clone();
    let decorated: Vec<_> = items.iter_mut().map(|item| (key(item), decorate(item))).collect();
    assert!(decorated.iter().map(|(_, paths)| paths.len()).sum::<usize>() > 30);
    let world = world(&released, &items).await;

    // Cause writes from all sources: users, Stripe, the host app, and schedules.
    let mut jo = visitor(&world, &released, "jo");
    for path in
        ["/complete/set_working_hours", "/skip/created_time_entry", "/unskip/generated_report", "/restore"]
    {
        let response = jo.post(&format!("/onboarding/api/checklist{path}")).await;
        assert_eq!(response.status, 200, "{path}: {}", response.text());
    }
    let json = [("content-type", "application/json"), ("accept", "application/json")];
    let invite = r#"{"email": "new@example.com", "role": "member"}"#;
    assert_eq!(jo.send("POST", "/members/invitations", &json, invite).await.status, 200);
    let page = jo.open("/members").await.text();
    for (verb, id) in [
        ("resend", between(&page, "/members/invitations/", "/resend")),
        ("revoke", between(&page, "/members/invitations/", "/revoke")),
    ] {
        let response = jo.post(&format!("/members/invitations/{id}/{verb}")).await;
        assert!(response.status == 200, "{verb}: {}", response.text());
    }
    let mo = released["people"]["mo"]["cookie"].as_str().unwrap().split('.').nth(1).unwrap().to_owned();
    let role = jo.send("POST", &format!("/members/{mo}/role"), &json, r#"{"role": "member"}"#).await;
    assert_eq!(role.status, 200, "{}", role.text());
    let (acme, ann) = (jo.org(), visitor(&world, &released, "ann").org());
    world.host_event("client.created", json!({ "organization_id": ann })).await;
    for (kind, organization) in [
        ("invoice.payment_succeeded", &acme),
        ("customer.subscription.updated", &ann),
        ("invoice.payment_failed", &ann),
        ("charge.refunded", &ann),
    ] {
        assert_eq!(world.stripe(json!({ "type": kind, "organization_id": organization })).await, [200]);
    }
    let days = json!({ "days": 3, "reason": "Another late start" }).to_string();
    let pat = visitor(&world, &released, "pat").org();
    let mut operator = visitor(&world, &released, "operator");
    let extended =
        operator.send("POST", &format!("/operator/organizations/{pat}/extend-trial"), &json, days).await;
    assert_eq!(extended.status, 200, "{}", extended.text());
    let mut again = world.visitor();
    again.submit("/login", &[("email", "ann@example.com")]).await;
    world.settle().await;
    world.advance("2h").await;

    let mut written = 0;
    for ((pk, sk), paths) in decorated {
        let Some(mut item) = world.items(&pk).await.into_iter().find(|item| item["sk"]["S"] == sk) else {
            continue;
        };
        let before = items.iter().find(|item| key(item) == (pk.clone(), sk.clone())).unwrap();
        written += usize::from(*before != item);
        assert_eq!(item[FUTURE]["S"], "kept", "{pk} {sk}");
        for path in paths {
            if let Some(group) = at(&mut item, &path) {
                assert!(group.contains_key(FUTURE), "{pk} {sk}: {path}");
            }
        }
    }
    assert!(written >= 8, "only {written} items were written");
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let end = text.find(after).unwrap();
    text[..end].rsplit(before).next().unwrap()
}
