//! Organizations in the middle of a run, and what must be true at its end.

use e2e::driver::World;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Signs up an organization whose trial waits for these steps, and starts its run. The flag says
/// whether a step is asynchronous.
pub async fn begin(world: &World, n: usize, steps: &[(&str, bool)]) -> String {
    let org = sign_up(world, n).await;
    start(world, &org, steps);
    org
}

/// Signs up an organization whose run has not begun, because `provisioner` crashes meanwhile. Ends all
/// other faults.
pub async fn sign_up(world: &World, n: usize) -> String {
    world.inject(json!([{ "function": "provisioner", "kind": "crash" }])).await;
    let mut visitor = world.visitor();
    visitor.ip = format!("203.0.113.{n}");
    visitor.sign_up(&format!("Org {n}"), &format!("jo{n}@example.com"), true).await;
    world.settle().await;
    world.local("DELETE", "/_local/faults", None).await;
    visitor.org()
}

/// Replaces the steps of a run. This change wakes `provisioner`.
pub fn start(world: &World, org: &str, steps: &[(&str, bool)]) {
    let update = json!({
        "Key": key(org), "UpdateExpression": "SET #run.steps = :steps",
        "ExpressionAttributeNames": { "#run": "run" },
        "ExpressionAttributeValues": { ":steps": steps_item(steps) },
    });
    world.write("UpdateItem", update);
}

pub fn steps_item(steps: &[(&str, bool)]) -> Value {
    let due = json!({ "M": { "kind": { "S": "pending" }, "due": { "S": "2020-01-01T00:00:00.000Z" } } });
    let step = |(key, is_async): &(&str, bool)| {
        json!({ "M": { "key": { "S": key }, "title": { "S": "Setting up" },
            "timeout_seconds": { "N": "10" }, "deadline_seconds": { "N": "86400" },
            "is_async": { "BOOL": is_async }, "state": due, "attempts": { "N": "0" } } })
    };
    json!({ "L": steps.iter().map(step).collect::<Vec<_>>() })
}

fn key(org: &str) -> Value {
    json!({ "pk": { "S": format!("ORG#{org}") }, "sk": { "S": "ORG" } })
}

pub async fn item(world: &World, org: &str) -> Value {
    let items = world.items(&format!("ORG#{org}")).await;
    items.into_iter().find(|item| item["sk"]["S"] == "ORG").unwrap()
}

/// Returns whether the run ended ready, or `None` while it is under way. Fails if the end is not
/// consistent: a full trial and one welcome email begin when the organization is ready, and a failed
/// run has a reason and needs review.
pub fn end(item: &Value) -> Option<bool> {
    let end = item["run"]["M"]["end"]["M"].as_object()?;
    let is_ready = end["kind"]["S"] == "ready";
    let time = |value: &Value| value["S"].as_str().unwrap().parse::<Timestamp>().unwrap();
    if is_ready {
        let trial = &item["trial"]["M"];
        let (started, ends) = (time(&trial["started_at"]), time(&trial["ends_at"]));
        assert_eq!(ends.duration_since(started), SignedDuration::from_hours(14 * 24), "{item}");
        assert_eq!(started.duration_since(time(&end["at"])).as_secs().abs(), 0, "{item}");
    } else {
        assert!(end["why"]["M"].is_object() && item["trial"].is_null(), "{item}");
    }
    assert_eq!(item["mail"]["M"]["welcome"].is_object(), is_ready, "{item}");
    // A failed run is in the review queue.
    let partition = item["work_pk"]["S"].as_str().and_then(|pk| pk.split('#').next());
    assert_eq!(partition, (!is_ready).then_some("HELD"), "{item}");
    Some(is_ready)
}
