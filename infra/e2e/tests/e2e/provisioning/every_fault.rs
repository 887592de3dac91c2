//! Injects every kind of fault at every call of a run, one fault at a time.

use e2e::driver::World;
use serde_json::{Value, json};

use crate::provisioning::{
    host::{Host, Reply, done, report},
    run::{end, item, sign_up, start},
};

const KINDS: [&str; 9] = [
    "throttle",
    "error_500",
    "conflict",
    "access_denied",
    "hang",
    "reset",
    "reply_lost",
    "crash",
    "crash_after",
];

/// Responses of the host that reject the step for good.
const REJECTED: [&str; 2] = ["conflict", "access_denied"];

/// The function whose calls get the faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// The function that calls the step.
    Caller,
    /// The function that receives the callback.
    Receiver,
}

impl Target {
    const fn function(self) -> &'static str {
        match self {
            Self::Caller => "provisioner",
            Self::Receiver => "host-api",
        }
    }
}

#[tokio::test(start_paused = true)]
async fn run_survives_every_fault() {
    let (world, host) = Host::start().await;
    for (target, expected) in [
        (Target::Caller, &["GetItem", "UpdateItem", "POST /onramp/webhooks", "GetItem", "UpdateItem"][..]),
        (Target::Receiver, &["GetItem", "UpdateItem"]),
    ] {
        let (calls, is_ready) = run(&world, &host, target, None).await;
        assert!(is_ready);
        let made: Vec<_> = calls.iter().filter(|call| *call != "GetSecretValue").collect();
        assert_eq!(made.get(..expected.len()).unwrap(), expected, "{target:?}");
        for (index, operation) in calls.iter().enumerate() {
            // Two invocations may overlap, so the order of their calls is not fixed.
            let nth = calls.iter().take(index + 1).filter(|call| *call == operation).count();
            for kind in KINDS {
                let fault = json!([{ "function": target.function(), "operation": operation, "nth": nth, "kind": kind }]);
                let (_, is_ready) = run(&world, &host, target, Some(fault)).await;
                let may_fail = operation.starts_with("POST") && REJECTED.contains(&kind);
                assert_eq!(is_ready, !may_fail, "{target:?}: {kind} at call {nth} of {operation}");
            }
        }
    }
}

/// Lives one run, and returns the calls of the target and whether the organization is ready.
async fn run(world: &World, host: &Host, target: Target, fault: Option<Value>) -> (Vec<String>, bool) {
    world.local("POST", "/_local/reset", None).await;
    assert!(world.stack.system().fleet.start_all().await.is_ok());
    let later = target == Target::Receiver;
    host.reply_with(if later { &[Reply::Json(202, "")] } else { &[] });
    let case = format!("{target:?}: {fault:?}");
    let org = sign_up(world, 1).await;
    let run = org.replace("org_", "run_");
    if later {
        start(world, &org, &[("workspace", true)]);
        world.settle().await;
    }
    let before = calls(world, target).await.len();
    if let Some(fault) = fault {
        world.inject(fault).await;
    }
    match target {
        Target::Caller => start(world, &org, &[("workspace", false)]),
        Target::Receiver => report_until_known(world, &run).await,
    }
    world.settle().await;
    let made = calls(world, target).await.split_off(before);
    world.local("DELETE", "/_local/faults", None).await;
    // A lease ends after 25 seconds.
    world.advance("3m").await;
    let is_ready = end(&item(world, &org).await).unwrap_or_else(|| panic!("{case}: the run did not end"));
    let id = format!("{run}.workspace.provision");
    assert!(host.take_calls().iter().all(|call| call.id == id), "{case}");
    let welcome = world.mails("welcome").await.len();
    assert_eq!(welcome, usize::from(is_ready), "{case}: welcome emails");
    (made, is_ready)
}

/// Repeats the callback until Onramp confirms it, as a host does.
async fn report_until_known(world: &World, run: &str) {
    for _ in 0..4 {
        let key = format!("Bearer {}", stack::API_KEYS.replacen(':', ".", 1));
        let path = format!("/api/v1/provisioning/{run}/steps/workspace");
        let headers = [("authorization", key.as_str())];
        if world.send("POST", &path, &headers, done().to_string()).await.status == 200 {
            return;
        }
    }
    let (status, body) = report(world, run, "workspace", done()).await;
    panic!("{status} {body}");
}

async fn calls(world: &World, target: Target) -> Vec<String> {
    let calls = world.local("GET", "/_local/calls", None).await;
    let own = calls.as_array().unwrap().iter();
    let own = own.filter(|it| it["function"] == target.function() && it["request_id"] != "init");
    own.map(|call| call["operation"].as_str().unwrap().to_owned()).collect()
}
