//! Random runs through the wire, without the table's stream: a host that responds in every way, with
//! crashes, faults of AWS, and callbacks that come early, late, twice, or to another run.

use std::collections::{BTreeMap, BTreeSet};

use e2e::driver::World;
use jiff::SignedDuration;
use serde_json::{Value, json, value::to_raw_value};

use crate::provisioning::{
    host::{DONE, Host, Reply, report},
    run::{end, item, sign_up, start, steps_item},
};

const RUNS: usize = 500;

/// SplitMix64, so that each run of the test is the same.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

fn reply(random: &mut Random) -> Reply {
    match random.below(40) {
        0..=17 => DONE,
        18..=25 => Reply::Json(202, ""),
        26..=30 => Reply::Json(500, ""),
        31..=33 => Reply::RetryAfter(60),
        34 | 35 => Reply::Page(200),
        36 => Reply::Huge,
        37 => Reply::Hangs,
        38 => Reply::Page(302),
        _ => Reply::Json(422, r#"{"message": "no"}"#),
    }
}

#[tokio::test(start_paused = true)]
async fn random_run_ends_ready_or_failed_with_one_id_per_step() {
    let (world, host) = Host::start_without_streams().await;
    let mut random = Random(7);
    let orgs = create(&world, &mut random).await;
    let mut replies = Random(11);
    host.respond_with(move |_| reply(&mut replies));
    // Every fault kind, in one call of a hundred.
    let kinds = ["throttle", "error_500", "conflict", "reset", "reply_lost", "crash", "crash_after"];
    let faults: Vec<_> = kinds
        .map(|kind| json!({ "function": "provisioner", "service": "dynamodb", "rate": 0.01, "kind": kind }))
        .into();
    world.inject(json!(faults)).await;
    let mut ids: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut waiting = Vec::new();
    for _ in 0..400 {
        pass(&world, 1 + random.below(15)).await;
        for call in host.take_calls() {
            if call.accepted {
                waiting.push((call.run.clone(), call.step.clone()));
            }
            ids.entry((call.run, call.step)).or_default().insert(call.id);
        }
        waiting = report_some(&world, waiting, &mut random).await;
        if due(&world) == 0 {
            break;
        }
    }
    let mut ready = 0;
    for org in &orgs {
        let is_ready = end(&item(&world, org).await).unwrap_or_else(|| panic!("{org} did not end"));
        ready += usize::from(is_ready);
    }
    assert!((RUNS / 2..RUNS).contains(&ready), "{ready} are ready");
    assert!(ids.values().all(|ids| ids.len() == 1), "{ids:?}");
}

/// Creates organizations with one or two steps, as copies of one that signed up.
async fn create(world: &World, random: &mut Random) -> Vec<String> {
    let first = sign_up(world, 1).await;
    let template = item(world, &first).await;
    start(world, &first, &[("workspace", false)]);
    let mut orgs = vec![first];
    for n in 1..RUNS {
        let org = format!("org_0198c0de-0000-7000-8000-{n:012x}");
        let count = 1 + usize::try_from(random.below(2)).unwrap();
        let steps: Vec<_> = ["a", "b"].iter().take(count).map(|key| (*key, random.below(2) == 0)).collect();
        let mut copy = template.clone();
        copy["pk"] = json!({ "S": format!("ORG#{org}") });
        copy["profile"]["M"]["id"] = json!({ "S": org });
        copy["run"]["M"]["steps"] = steps_item(&steps);
        world.write("PutItem", json!({ "Item": copy }));
        orgs.push(org);
    }
    orgs
}

/// Lets minutes pass, and runs only the schedule of the provisioner.
async fn pass(world: &World, minutes: u64) {
    let system = world.stack.system();
    let later = system.clock().now() + SignedDuration::from_mins(i64::try_from(minutes).unwrap());
    system.set_clock(later).await;
    let event = json!({ "detail-type": "Scheduled Event", "source": "aws.events", "detail": {} });
    // A crash ends the invocation. The next one continues.
    drop(system.fleet.invoke("provisioner", to_raw_value(&event).unwrap()).await);
}

/// Reports a part of the accepted steps, some of them twice or with another result. Some of the host's
/// reports never come. Returns those that wait.
async fn report_some(
    world: &World,
    waiting: Vec<(String, String)>,
    random: &mut Random,
) -> Vec<(String, String)> {
    let mut rest = Vec::new();
    for (run, step) in waiting {
        let result = json!({ "status": if random.below(20) == 0 { "failed" } else { "done" } });
        match random.below(8) {
            0..=3 => rest.push((run, step)),
            4 => {
                let other = report(world, "run_0198c0de-0000-7000-8000-00000000dead", &step, result).await;
                assert_eq!(other.0, 404);
                rest.push((run, step));
            }
            repeats => {
                for _ in 4..repeats {
                    let (status, body) = report(world, &run, &step, result.clone()).await;
                    assert!([200, 409].contains(&status), "{status} {body}");
                }
            }
        }
    }
    rest
}

/// Returns the number of runs that still have work.
fn due(world: &World) -> u64 {
    let engine = &world.stack.system().cloud.engine;
    let scan = json!({
        "TableName": engine.tables()[0].name, "IndexName": "by-work", "Select": "COUNT",
        "FilterExpression": "begins_with(work_pk, :step)",
        "ExpressionAttributeValues": { ":step": { "S": "STEP#" } },
    });
    let reply = engine.call("Scan", scan.to_string().as_bytes());
    let reply: Value = serde_json::from_str(&reply.body).unwrap();
    reply["Count"].as_u64().unwrap()
}
